package dataexport

import (
	"context"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/vantage"
)

func TestAttributesValue_keepsEveryJSONValue(t *testing.T) {
	t.Parallel()
	number := func(s string) attr.Value {
		f, _, err := big.ParseFloat(s, 10, 512, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		return types.NumberValue(f)
	}
	for text, want := range map[string]attr.Value{
		`"text"`:                types.StringValue("text"),
		`true`:                  types.BoolValue(true),
		`null`:                  types.DynamicNull(),
		`9007199254740993`:      number("9007199254740993"),
		`0.1`:                   number("0.1"),
		`123456789012345678901`: number("123456789012345678901"),
		`1e999999`:              types.StringValue("1e999999"),
		`1e-999999`:             types.StringValue("1e-999999"),
		`[]`:                    types.TupleValueMust([]attr.Type{}, []attr.Value{}),
		`[1,"a",null]`: types.TupleValueMust([]attr.Type{types.NumberType, types.StringType, types.DynamicType},
			[]attr.Value{number("1"), types.StringValue("a"), types.DynamicNull()}),
		`{"b":false}`: types.ObjectValueMust(
			map[string]attr.Type{"b": types.BoolType}, map[string]attr.Value{"b": types.BoolValue(false)},
		),
	} {
		got := attributesValue(json.RawMessage(`{"x":` + text + `}`))
		object, ok := got.UnderlyingValue().(types.Object)
		if !ok || !object.Attributes()["x"].Equal(want) {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
	if got := attributesValue(nil); !got.IsNull() {
		t.Errorf("none became %s", got)
	}
}

func TestAttributesValue_normalizesNames(t *testing.T) {
	t.Parallel()
	// The first name is written with a combining accent, the second as one character: to Terraform they are the same.
	for text, want := range map[string]string{
		"{\"e\u0301\":1,\"\u00e9\":2}": "2",
		"{\"\u00e9\":2,\"e\u0301\":1}": "2",
		`{"e\u0301":1}`:                "1",
		"{\"\u212b\":3}":               "",
	} {
		value, ok := attributesValue(json.RawMessage(text)).UnderlyingValue().(types.Object)
		if !ok || len(value.Attributes()) != 1 {
			t.Fatalf("%s became %s", text, value)
		}
		if number, ok := value.Attributes()["\u00e9"]; want != "" && (!ok || number.String() != want) {
			t.Errorf("%s became %s, want %s", text, value, want)
		}
	}
}

func TestAttributesValue_hasLimits(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string { return strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) }
	members := func(n int) string { return "[" + strings.Repeat(`{"b": 1 },`, n/2-1) + "0]" }
	for name, test := range map[string]struct {
		member string
		null   bool
	}{
		"256 KiB":      {`"` + strings.Repeat("x", 256<<10-8) + `"`, false},
		"larger":       {`"` + strings.Repeat("x", 256<<10-7) + `"`, true},
		"1,000 values": {members(998), false},
		"more":         {members(1000), true},
		"32 levels":    {nested(32), false},
		"deeper":       {nested(33), true},
		"9,000 levels": {nested(9000), true},
	} {
		e := &vantage.DataExport{Token: "dta_xprt_1", Attributes: json.RawMessage(`{"a":` + test.member + `}`)}
		if got := attributesValue(e.Attributes); got.IsNull() != test.null {
			t.Errorf("%s: null is %v", name, got.IsNull())
		}
		if got := warnUnreadable(Definition{}.subject(), e); got.HasError() || (len(got) == 1) != test.null {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Every attribute must be the same after it was sent to Terraform and back, or every plan would show a change.
func FuzzAttributes(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"a":null,"b":[1,"x",null,{"c":true}],"d":1e400,"e":-0,"f":"\u0000é"}`, `{"":{"":""}}`,
		`{"a":[[[[[[[[[[]]]]]]]]]]}`, `{"n":12345678901234567890.123456789}`, `{"a" : {"b" : [1 ,2 ] } } `,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value := attributesValue(json.RawMessage(text))
		ctx := context.Background()
		raw, err := value.ToTerraformValue(ctx)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := tfprotov6.NewDynamicValue(tftypes.DynamicPseudoType, raw)
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := packed.Unmarshal(tftypes.DynamicPseudoType)
		if err != nil {
			t.Fatal(err)
		}
		back, err := types.DynamicType.ValueFromTerraform(ctx, unpacked)
		if err != nil {
			t.Fatal(err)
		}
		if !value.IsNull() && !back.Equal(value) {
			t.Errorf("%s became %s", value, back)
		}
	})
}
