package dataexport

import (
	"context"
	"encoding/json"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// How free-form JSON becomes values of Terraform, without loss.

func attributesValue(a map[string]any) types.Dynamic {
	if a == nil {
		return types.DynamicNull()
	}
	return types.DynamicValue(jsonValue(a, 0))
}

const (
	// maxDepth is how deep attributes are followed; what lies deeper is given as JSON text.
	maxDepth = 32
	// maxBits bounds the size of a number; one beyond is given as text, as it was written.
	maxBits = 4096
)

// jsonValue converts a decoded JSON value. Lists become tuples, for their elements may differ.
func jsonValue(v any, depth int) attr.Value {
	if depth == maxDepth {
		text, _ := json.Marshal(v) // it was JSON before
		return types.StringValue(string(text))
	}
	switch v := v.(type) {
	case map[string]any:
		attrTypes, values := map[string]attr.Type{}, map[string]attr.Value{}
		for name, element := range v {
			values[name] = jsonValue(element, depth+1)
			attrTypes[name] = values[name].Type(context.Background())
		}
		return types.ObjectValueMust(attrTypes, values)
	case []any:
		elemTypes, values := make([]attr.Type, len(v)), make([]attr.Value, len(v))
		for i, element := range v {
			values[i] = jsonValue(element, depth+1)
			elemTypes[i] = values[i].Type(context.Background())
		}
		return types.TupleValueMust(elemTypes, values)
	case json.Number:
		return numberValue(v)
	case string:
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	}
	return types.DynamicNull()
}

func numberValue(n json.Number) attr.Value {
	if number, ok := Number(n.String()); ok {
		return number
	}
	return types.StringValue(n.String())
}

// Number reads a decimal number with all its digits, as Terraform itself does. It refuses what is no number, and one of
// more than 1,200 digits.
func Number(text string) (types.Number, bool) {
	f, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	if err != nil || f.IsInf() || f.MantExp(nil) > maxBits || f.MantExp(nil) < -maxBits {
		return types.NumberNull(), false
	}
	return types.NumberValue(f), true
}
