package provider

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns a function that creates the provider's server, as tf6server expects it.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return newServer(version) }
}

// server is the framework's server. In addition, it knows which operations are in flight and when they must end.
type server struct {
	protocol
	// operations is held for reading by each call that sends requests to the API.
	operations sync.RWMutex
	// invocations is held for reading by each running action.
	invocations sync.RWMutex
	// stopped is the time of the last StopProvider, nil if there was none.
	stopped atomic.Pointer[time.Time]
	// interrupted is done when interrupt has been called.
	interrupted context.Context
	// interrupt cancels all reads, from now on: data sources, ephemeral resources, refreshes and imports. Terraform
	// reports an interrupt with StopProvider, but not while apply is planning (up to Terraform 1.15 and OpenTofu 1.12);
	// only reads can be in flight then, and they have nothing to lose. What changes a resource is left to StopProvider.
	interrupt context.CancelFunc
}

type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
}

func newServer(version string) *server {
	//nolint:forcetypeassert // the framework's server has actions
	s := &server{protocol: providerserver.NewProtocol6(New(version)())().(protocol)}
	s.interrupted, s.interrupt = context.WithCancel(context.Background())
	return s
}

// stopPeriod is how long a StopProvider applies to calls that come after it. It cancels those in flight, and
// Terraform calls it once: an operation that starts at the same time would send its requests nevertheless. The period
// is limited because a process that a debugger started serves more than one run.
const stopPeriod = 10 * time.Second

// begin starts an operation and returns its context, which is canceled after a StopProvider. The operation ends with
// the returned function.
func (s *server) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	s.operations.RLock()
	ctx, cancel := context.WithCancel(ctx)
	if at := s.stopped.Load(); at != nil && time.Since(*at) < stopPeriod {
		cancel()
	}
	return ctx, func() {
		cancel()
		s.operations.RUnlock()
	}
}

// beginRead is begin for an operation that an interrupt cancels too.
func (s *server) beginRead(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := s.begin(ctx)
	ctx, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(s.interrupted, cancel)
	if s.interrupted.Err() != nil {
		cancel() // before the operation starts: AfterFunc alone would run concurrently
	}
	return ctx, func() {
		forget()
		cancel()
		end()
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

func (s *server) ImportResourceState(
	ctx context.Context, req *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	ctx, end := s.beginRead(ctx)
	defer end()
	return s.protocol.ImportResourceState(ctx, req)
}

func (s *server) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	ctx, end := s.begin(ctx)
	defer end()
	return s.protocol.ApplyResourceChange(ctx, req)
}

func (s *server) InvokeAction(
	ctx context.Context, req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	ctx, end := s.begin(ctx)
	stream, err := s.protocol.InvokeAction(ctx, req)
	if err != nil {
		end()
		return nil, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		defer end()
		s.invocations.RLock()
		defer s.invocations.RUnlock()
		events(push)
	}
	return stream, nil
}

// StopProvider cancels the operations in flight and returns when the actions among them have sent their last event.
//
// The wait works around plugin-go v0.31: InvokeAction drops the events of an action as soon as StopProvider has
// returned, and Terraform reports an action that ends without its last event as a success. When plugin-go sends that
// event despite the canceled context, remove the wait and invocations; CONTRIBUTING.md describes the issue.
// TestStopProvider_waitsForActions fails without either, and TestSIGTERM_interruptedActionReportsExport with Terraform
// 1.14 or later.
func (s *server) StopProvider(
	ctx context.Context, req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	now := time.Now()
	s.stopped.Store(&now) // before the operations in flight are canceled: the next one starts when one has ended
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
