package dataexport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"terraform-provider-vantage/internal/vantage"
)

// How free-form JSON becomes values of Terraform, without loss.

const (
	// maxValues and maxBytes bound the attributes that are kept. The framework walks dynamic values in quadratic time: at
	// these bounds a refresh and a plan take less than 0.2 s, and the API's own attributes have some twenty values.
	maxValues = 1000
	maxBytes  = 256 << 10
	// maxDepth is how deep attributes are followed; what lies deeper is given as JSON text.
	maxDepth = 32
	// maxBits bounds the size of a number; one beyond is given as text, as it was written.
	maxBits = 4096
)

// decodeAttributes reads what the API tells of an export in free form, an object with numbers as json.Number. It
// reports false for what is larger than the bounds; what is no object is none.
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

// attributesDecoder reads JSON value by value, up to a number of them.
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

// object reads the members of an object. Terraform normalises the names of attributes, so that others than these would
// be unknown to it: names are normalised here, and of two that become one the last counts.
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

// attributesValue converts attributes. It is null where there are none, or more than are kept.
func attributesValue(raw json.RawMessage) types.Dynamic {
	a, _ := decodeAttributes(raw)
	if a == nil {
		return types.DynamicNull()
	}
	return types.DynamicValue(jsonValue(a, 0))
}

// warnIgnoredFields tells of an answer that is taken all the same, but not for all that it says.
func (o operation) warnIgnoredFields(e *vantage.DataExport) diag.Diagnostics {
	var diags diag.Diagnostics
	if _, ok := decodeAttributes(e.Attributes); !ok {
		diags.AddWarning("The attributes of the "+o.noun+" are not kept",
			fmt.Sprintf("What the API says in the attributes of the export %s is larger than %d values or %d KiB. The argument "+
				"attributes is null; all else is as it should be.", e.Token, maxValues, maxBytes>>10))
	}
	if e.Manifest != nil && e.Manifest.ValidUntilUnreadable {
		diags.AddWarning("The end of the "+o.noun+" is not known",
			fmt.Sprintf("The API says until when the export %s is valid, but not as a time that can be read. It is not "+
				"renewed by "+
				"renew_before_expiry, and not reported when it has expired.", e.Token))
	}
	return diags
}

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
