package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// Values as they are read and written: in checks, in scripts, on the wire and in state files.

// as returns a value of Go, the zero value if it is null, unknown or absent.
func as[T string | []tftypes.Value | map[string]tftypes.Value](v tftypes.Value) (out T) {
	if v.Type() != nil && v.IsKnown() && !v.IsNull() {
		_ = v.As(&out)
	}
	return out
}

// must returns the value of a call that does not fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func members(v tftypes.Value) map[string]tftypes.Value { return as[map[string]tftypes.Value](v) }

// at returns the value at a path of attribute names. It has no type if there is no such attribute.
func at(v tftypes.Value, path ...string) tftypes.Value {
	for _, name := range path {
		v = members(v)[name]
	}
	return v
}

func text(v tftypes.Value, path ...string) string { return as[string](at(v, path...)) }

func is(v tftypes.Value, want bool) bool { return v.Equal(tftypes.NewValue(tftypes.Bool, want)) }

// parse reads the value of an argument in a script: the text of a string, JSON of anything else.
func parse(t tftypes.Type, value string) tftypes.Value {
	if t.Is(tftypes.String) {
		return tftypes.NewValue(t, value)
	}
	return must(tfprotov6.RawState{JSON: []byte(value)}.Unmarshal(t))
}

// unknown returns an unknown value. A block is never unknown, only its attributes are.
func unknown(t tftypes.Type) tftypes.Value {
	block, ok := t.(tftypes.Object)
	if !ok {
		return tftypes.NewValue(t, tftypes.UnknownValue)
	}
	values := map[string]tftypes.Value{}
	for name, t := range block.AttributeTypes {
		values[name] = unknown(t)
	}
	return tftypes.NewValue(t, values)
}

func pack(v tftypes.Value) *tfprotov6.DynamicValue {
	d := must(tfprotov6.NewDynamicValue(v.Type(), v))
	return &d
}

func unpack(t tftypes.Type, d *tfprotov6.DynamicValue) tftypes.Value {
	return must(d.Unmarshal(t))
}

// identity returns the token in the identity of an export, "" if there is none.
func (o object) identity() string {
	if o.identified == nil || o.identified.IdentityData == nil {
		return ""
	}
	t := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"token": tftypes.String}}
	return text(unpack(t, o.identified.IdentityData), "token")
}

// stateJSON returns a value as core writes it to a state file.
func stateJSON(v tftypes.Value) ([]byte, error) {
	about, err := json.Marshal(v.Type())
	if err != nil {
		return nil, err
	}
	t, err := ctyjson.UnmarshalType(about)
	if err != nil {
		return nil, err
	}
	value, err := msgpack.Unmarshal(pack(v).MsgPack, t)
	if err != nil {
		return nil, err
	}
	return ctyjson.Marshal(cty.UnknownAsNull(value), t)
}

// show returns what is known and not null in a value, for messages.
func show(v tftypes.Value) string {
	text, err := stateJSON(v)
	if err != nil {
		return v.String()
	}
	return nulls.ReplaceAllString(string(text), "")
}

var nulls = regexp.MustCompile(`"\w+":null,?`)

// summaries returns diagnostics as text, and whether one of them is an error.
func summaries(diags []*tfprotov6.Diagnostic) (text string, failed bool) {
	var out strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&out, "\n  %s: %s: %s", d.Severity, d.Summary, d.Detail)
		failed = failed || d.Severity == tfprotov6.DiagnosticSeverityError
	}
	return out.String(), failed
}
