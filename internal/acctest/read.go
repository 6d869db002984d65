package acctest

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ReadDataSource validates and reads the data source like Terraform. It returns at the first step with errors.
func (p *Protocol) ReadDataSource(ctx context.Context, config map[string]any) State {
	p.t.Helper()
	value := p.convert(p.schemas.DataSourceSchemas[p.typeName].ValueType(), config)
	validated, err := p.Server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: p.typeName, Config: p.dynamic(value),
	})
	p.must(err)
	if out := (State{Diagnostics: validated.Diagnostics}); len(out.Errors()) > 0 {
		return out
	}
	read, err := p.Server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: p.typeName, Config: p.dynamic(value),
	})
	p.must(err)
	return p.result(value.Type(), read.State, read.Diagnostics)
}

// OpenEphemeral validates and opens the ephemeral resource like Terraform. It returns at the first step with errors.
func (p *Protocol) OpenEphemeral(ctx context.Context, config map[string]any) State {
	p.t.Helper()
	value := p.convert(p.schemas.EphemeralResourceSchemas[p.typeName].ValueType(), config)
	validated, err := p.Server.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: p.typeName, Config: p.dynamic(value),
	})
	p.must(err)
	if out := (State{Diagnostics: validated.Diagnostics}); len(out.Errors()) > 0 {
		return out
	}
	opened, err := p.Server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: p.typeName, Config: p.dynamic(value),
	})
	p.must(err)
	return p.result(value.Type(), opened.Result, opened.Diagnostics)
}

func (p *Protocol) result(
	t tftypes.Type, value *tfprotov6.DynamicValue, diagnostics []*tfprotov6.Diagnostic,
) State {
	out := State{Value: tftypes.NewValue(t, nil), Diagnostics: diagnostics}
	if value != nil {
		var err error
		out.Value, err = value.Unmarshal(t)
		p.must(err)
	}
	return out
}
