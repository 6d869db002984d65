package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns a function that makes the provider's server, as tf6server wants it. It is the framework's, but for the end of
// an interrupted action.
//
// plugin-go (v0.31) cancels the stream of an action as soon as StopProvider returns. What the action says when it is stopped would
// be lost then, and Terraform would take an action that ends without a word for one that has succeeded.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		whole, ok := providerserver.NewProtocol6(New(version)())().(protocol)
		if !ok {
			panic("the framework's server has no actions")
		}
		return &server{protocol: whole}
	}
}

// protocol is all that the provider has of it.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
}

type server struct {
	protocol
	invocations sync.RWMutex // held for reading by each action that runs
}

func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocol.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		s.invocations.RLock()
		defer s.invocations.RUnlock()
		events(push)
	}
	return stream, nil
}

// StopProvider cancels what runs, and returns when the actions among it have said how they ended.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.protocol.StopProvider(ctx, req)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.invocations.Lock()
		defer s.invocations.Unlock()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return resp, err
}
