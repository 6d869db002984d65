package provider

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns a function that makes the provider's server, as tf6server wants it. It is the framework's, and
// knows beside that which operations are under way.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return newServer(version) }
}

func newServer(version string) *server {
	whole, ok := providerserver.NewProtocol6(New(version)())().(protocol)
	if !ok {
		panic("the framework's server has no actions")
	}
	s := &server{protocol: whole}
	s.interrupted, s.interrupt = context.WithCancel(context.Background())
	return s
}

// protocol is all that the provider has of it.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
}

type server struct {
	protocol
	// operations is held for reading by each call that speaks to the API.
	operations sync.RWMutex
	// invocations is held for reading by each action that runs.
	invocations sync.RWMutex
	// stopped is when StopProvider was last called, zero when it was not.
	stopped atomic.Pointer[time.Time]
	// interrupted is done when interrupt has been called.
	interrupted context.Context
	// interrupt ends what only reads, now and from now on: data sources, ephemeral resources and refreshes. Terraform
	// tells a provider of an interrupt by StopProvider, but not while apply is planning (seen up to Terraform 1.15 and
	// OpenTofu 1.12); then nothing but these can be under way. They keep nothing, so nothing is lost. What makes or
	// changes a resource is for StopProvider alone.
	interrupt context.CancelFunc
}

// beginRead begins an operation that an interrupt ends. Its context is for the operation, which ends with the
// returned function.
func (s *server) beginRead(ctx context.Context) (context.Context, func()) {
	s.operations.RLock()
	ctx, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(s.interrupted, cancel)
	if s.interrupted.Err() != nil {
		cancel() // before the operation begins; AfterFunc alone would run beside it
	}
	return ctx, func() {
		forget()
		cancel()
		s.operations.RUnlock()
	}
}

func (s *server) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	ctx, end := s.beginRead(ctx)
	defer end()
	return s.protocol.ReadDataSource(ctx, req)
}

func (s *server) OpenEphemeralResource(
	ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest,
) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	ctx, end := s.beginRead(ctx)
	defer end()
	return s.protocol.OpenEphemeralResource(ctx, req)
}

func (s *server) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	ctx, end := s.beginRead(ctx)
	defer end()
	return s.protocol.ReadResource(ctx, req)
}

func (s *server) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	s.operations.RLock()
	defer s.operations.RUnlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if at := s.stopped.Load(); at != nil && time.Since(*at) < stopLasts {
		cancel()
	}
	return s.protocol.ApplyResourceChange(ctx, req)
}

// stopLasts is how long a StopProvider holds for calls that come after it. It cancels those that are under way, and
// Terraform calls it once: a resource whose turn came in the same moment would be made, and waited for, all the same.
// It ends, since a process that a debugger started serves more than one run.
const stopLasts = 10 * time.Second

func (s *server) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocol.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		s.operations.RLock()
		defer s.operations.RUnlock()
		s.invocations.RLock()
		defer s.invocations.RUnlock()
		events(push)
	}
	return stream, nil
}

// StopProvider cancels what runs, and returns when the actions among it have said how they ended.
//
// The waiting makes up for plugin-go (v0.31): its InvokeAction drops the events of an action as soon as StopProvider
// has returned, and Terraform takes an action that ends without its last event for one that has succeeded. The whole
// method can go, and invocations with it, when plugin-go sends that event whatever the context. It is not reported
// yet: CONTRIBUTING.md has the text of the issue. TestCtrlCDuringADownloadLeavesNoHalfFile, with Terraform 1.14 or
// later, fails without either.
func (s *server) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	now := time.Now()
	s.stopped.Store(&now) // before plugin-go cancels the calls that are under way, which it does after this one
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
