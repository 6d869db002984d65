package dataexport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"
)

// Free-form JSON is converted to Terraform values without loss.

const (
	// maxValues and maxBytes limit the attributes that are stored. The framework walks dynamic values in quadratic time:
	// at these limits a refresh and a plan take less than 0.2 s. The API reports some twenty values.
	maxValues = 1000
	maxBytes  = 256 << 10
	// maxDepth limits the depth of attributes; deeper values are stored as JSON text.
	maxDepth = 32
	// maxBits limits the size of a number; larger numbers are stored as text.
	maxBits = 4096
)

// decodeAttributes decodes the attributes of an export with numbers as json.Number. It returns false if they exceed the
// limits, and nil if they are not an object.
func decodeAttributes(raw json.RawMessage) (map[string]any, bool) {
	if len(raw) > maxBytes {
		return nil, false
	}
	d := &attributesDecoder{Decoder: json.NewDecoder(bytes.NewReader(raw)), left: maxValues}
	d.UseNumber()
	value, err := d.value()
	if errors.Is(err, errTooManyValues) {
		return nil, false
	}
	object, _ := value.(map[string]any)
	return object, true
}

var errTooManyValues = errors.New("too many values")

// attributesDecoder decodes JSON value by value, up to a number of values.
type attributesDecoder struct {
	*json.Decoder
	left int
}

func (d *attributesDecoder) value() (any, error) {
	if d.left--; d.left < 0 {
		return nil, errTooManyValues
	}
	token, err := d.Token()
	switch {
	case err != nil:
		return nil, err
	case token == json.Delim('{'):
		return d.object()
	case token == json.Delim('['):
		return d.list()
	}
	return token, nil
}

// object decodes the members of an object. Terraform normalizes the names of attributes and would not find other names.
// Of two names that are the same when normalized, the last counts.
func (d *attributesDecoder) object() (any, error) {
	members := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if members[norm.NFC.String(name)], err = d.value(); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return members, err
}

func (d *attributesDecoder) list() (any, error) {
	elements := []any{}
	for d.More() {
		element, err := d.value()
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := d.Token()
	return elements, err
}

// attributesValue converts attributes. It is null if there are none or if they exceed the limits.
func attributesValue(raw json.RawMessage) types.Dynamic {
	a, _ := decodeAttributes(raw)
	if a == nil {
		return types.DynamicNull()
	}
	return types.DynamicValue(jsonValue(a, 0))
}

// jsonValue converts a decoded JSON value. Lists become tuples, because the types of their elements can differ.
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
	f, _, err := big.ParseFloat(n.String(), 10, 512, big.ToNearestEven) // the precision of Terraform
	if err != nil || f.IsInf() || f.MantExp(nil) > maxBits || f.MantExp(nil) < -maxBits {
		return types.StringValue(n.String())
	}
	return types.NumberValue(f)
}
