package dataexport

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"terraform-provider-vantage/internal/argument"
)

// The limits of attributes. The API reports a few hundred bytes on two levels. State has a line for each value and for
// its type, indented by the level.
const (
	maxAttributesSize   = 256 << 10 // bytes
	maxAttributesValues = 1000
	maxAttributesLevels = 32
)

// exceedsLimits reports whether attributes are larger than what is stored. It builds nothing from them.
func exceedsLimits(raw json.RawMessage) bool {
	if len(raw) > maxAttributesSize {
		return true
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	for values, level := 0, 0; ; {
		token, err := decoder.Token()
		switch token {
		case json.Delim('{'), json.Delim('['):
			level++
		case json.Delim('}'), json.Delim(']'):
			level--
			continue
		}
		if next := bytes.TrimLeft(raw[decoder.InputOffset():], " \t\r\n"); !bytes.HasPrefix(next, []byte(":")) {
			values++ // not a name
		}
		if err != nil || values > maxAttributesValues || level > maxAttributesLevels {
			return err == nil
		}
	}
}

// decodeAttributes decodes the attributes of an export with numbers as json.Number. It returns nil if they are not an
// object, or exceed the limits.
func decodeAttributes(raw json.RawMessage) map[string]any {
	if exceedsLimits(raw) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil {
		return nil
	}
	return object
}

// attributesValue converts attributes without loss. It is null if there are none, or if they exceed the limits.
func attributesValue(raw json.RawMessage) types.Dynamic {
	object := decodeAttributes(raw)
	if object == nil {
		return types.DynamicNull()
	}
	return types.DynamicValue(jsonValue(object))
}

// jsonValue converts a decoded JSON value. Lists become tuples, because the types of their elements can differ.
func jsonValue(v any) attr.Value {
	switch v := v.(type) {
	case map[string]any:
		attrTypes, values := map[string]attr.Type{}, map[string]attr.Value{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			// Terraform normalizes the names of attributes and would not find other names.
			normalized := norm.NFC.String(name)
			values[normalized] = jsonValue(v[name])
			attrTypes[normalized] = values[normalized].Type(context.Background())
		}
		return types.ObjectValueMust(attrTypes, values)
	case []any:
		elemTypes, values := make([]attr.Type, len(v)), make([]attr.Value, len(v))
		for i, element := range v {
			values[i] = jsonValue(element)
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

// numberValue converts a number. One with too many digits becomes text.
func numberValue(n json.Number) attr.Value {
	if number, ok := argument.ParseNumber(n); ok {
		return types.NumberValue(number)
	}
	return types.StringValue(n.String())
}
