package acctest

import (
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// IsNull reports whether there is nothing in the state.
func (s State) IsNull() bool { return s.Value.IsNull() }

// Text returns a string of the state by its path, "" where it is null or not there.
func (s State) Text(path ...string) string {
	v := s.Value
	for _, name := range path {
		var members map[string]tftypes.Value
		if v.IsNull() || !v.IsKnown() || v.As(&members) != nil {
			return ""
		}
		v = members[name]
	}
	var text string
	if !v.IsKnown() {
		return "(unknown)"
	}
	_ = v.As(&text)
	return text
}

// Errors returns the details of the errors among the diagnostics, and Warnings those of the warnings.
func (s State) Errors() []string { return s.details(tfprotov6.DiagnosticSeverityError) }

// Warnings returns the details of the warnings among the diagnostics.
func (s State) Warnings() []string { return s.details(tfprotov6.DiagnosticSeverityWarning) }

func (s State) details(severity tfprotov6.DiagnosticSeverity) []string {
	var out []string
	for _, d := range s.Diagnostics {
		if d.Severity == severity {
			out = append(out, d.Summary+": "+d.Detail)
		}
	}
	return out
}

// propose does what Terraform does before it requests a plan: the configuration, with the prior state of what that
// does not set.
func (p *Protocol) propose(prior State, config map[string]any) tftypes.Value {
	merged := map[string]tftypes.Value{}
	var before map[string]tftypes.Value
	if !prior.IsNull() {
		p.must(prior.Value.As(&before))
	}
	computed := map[string]bool{
		"id":          true,
		"token":       true,
		"status":      true,
		"created_at":  true,
		"export_type": true,
		"manifest":    true,
		"attributes":  true,
	}
	for name, attribute := range p.object.AttributeTypes {
		merged[name] = p.convert(attribute, config[name])
		if old, ok := before[name]; ok && computed[name] {
			merged[name] = old
		}
	}
	return tftypes.NewValue(p.object, merged)
}

func (p *Protocol) value(config map[string]any) tftypes.Value {
	if config == nil {
		return tftypes.NewValue(p.object, nil)
	}
	return p.convert(p.object, config)
}

func (p *Protocol) convert(t tftypes.Type, v any) tftypes.Value {
	if elements, ok := v.([]any); ok {
		var elementType tftypes.Type
		switch t := t.(type) {
		case tftypes.List:
			elementType = t.ElementType
		case tftypes.Set:
			elementType = t.ElementType
		}
		values := []tftypes.Value{}
		for _, element := range elements {
			values = append(values, p.convert(elementType, element))
		}
		return tftypes.NewValue(t, values)
	}
	members, ok := v.(map[string]any)
	if !ok {
		return tftypes.NewValue(t, v)
	}
	values := map[string]tftypes.Value{}
	switch t := t.(type) {
	case tftypes.Object:
		for name, attribute := range t.AttributeTypes {
			values[name] = p.convert(attribute, members[name])
		}
	case tftypes.Map:
		for name, member := range members {
			values[name] = p.convert(t.ElementType, member)
		}
	default:
		p.must(errors.New("no such type in a configuration"))
	}
	return tftypes.NewValue(t, values)
}

func (p *Protocol) prior(s State) *tfprotov6.DynamicValue {
	if s.Value.Type() == nil {
		return p.dynamic(tftypes.NewValue(p.object, nil))
	}
	return p.dynamic(s.Value)
}

func (p *Protocol) dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d := dynamic(p.t, v)
	return &d
}

// dynamic packs a value by its own type, which has to be the schema's.
func dynamic(t testing.TB, v tftypes.Value) tfprotov6.DynamicValue {
	t.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (p *Protocol) decode(d *tfprotov6.DynamicValue) tftypes.Value {
	if d == nil {
		return tftypes.NewValue(p.object, nil)
	}
	v, err := d.Unmarshal(p.object)
	p.must(err)
	return v
}

func (p *Protocol) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
