package acctest

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// optionalInterfaces are the interfaces of the provider that withClient forwards.
type optionalInterfaces interface {
	provider.ProviderWithActions
	provider.ProviderWithEphemeralResources
}

// Invocation is the result of an action.
type Invocation struct {
	// Lines are the lines of progress in order.
	Lines []string
	// State contains only the diagnostics.
	State
}

// Invoke validates, plans and invokes the action like Terraform. It returns at the first step with errors. It calls the
// functions for each event.
func (p *Protocol) Invoke(ctx context.Context, config map[string]any, onEvent ...func()) Invocation {
	p.t.Helper()
	server, ok := p.Server.(tfprotov6.ActionServer)
	if !ok {
		p.t.Fatal("the provider has no actions")
	}
	value := p.dynamic(p.convert(p.schemas.ActionSchemas[p.typeName].Schema.ValueType(), config))

	validated, err := server.ValidateActionConfig(
		ctx,
		&tfprotov6.ValidateActionConfigRequest{ActionType: p.typeName, Config: value},
	)
	p.must(err)
	out := Invocation{State: State{Diagnostics: validated.Diagnostics}}
	if len(out.Errors()) > 0 {
		return out
	}
	planned, err := server.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: p.typeName, Config: value})
	p.must(err)
	if out.Diagnostics = planned.Diagnostics; len(out.Errors()) > 0 {
		return out
	}
	stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: p.typeName, Config: value})
	p.must(err)
	for event := range stream.Events {
		for _, f := range onEvent {
			f()
		}
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			out.Lines = append(out.Lines, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			out.Diagnostics = e.Diagnostics
		}
	}
	return out
}
