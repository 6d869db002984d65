package argument

import (
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// SetString sets an argument to a value that the API reports, unless that is null, empty or not a string.
func SetString(argument *types.String, reported any) {
	if text, ok := reported.(string); ok && text != "" {
		*argument = types.StringValue(text)
	}
}

// SetBool is SetString for a Bool.
func SetBool(argument *types.Bool, reported any) {
	if value, ok := reported.(bool); ok {
		*argument = types.BoolValue(value)
	}
}

// SetStrings is SetString for a list, which the API reports as a list or as one comma-separated string.
func SetStrings(argument *types.List, reported any) {
	elements, _ := reported.([]any)
	if text, ok := reported.(string); ok {
		for _, part := range strings.Split(text, ",") {
			elements = append(elements, strings.TrimSpace(part))
		}
	}
	var values []attr.Value
	for _, element := range elements {
		if text, ok := element.(string); ok && text != "" {
			values = append(values, types.StringValue(text))
		}
	}
	if len(values) > 0 {
		*argument = types.ListValueMust(types.StringType, values)
	}
}

// SetObject is SetString for an object of strings and bools. Members that are not reported are null.
func SetObject(argument *types.Object, objectType attr.Type, reported any) {
	object, _ := objectType.(types.ObjectType)
	members, _ := reported.(map[string]any)
	values, found := map[string]attr.Value{}, false
	for name, memberType := range object.AttrTypes {
		text, option := types.StringNull(), types.BoolNull()
		SetString(&text, members[name])
		SetBool(&option, members[name])
		values[name] = text
		if memberType == types.BoolType {
			values[name] = option
		}
		found = found || !values[name].IsNull()
	}
	if found {
		*argument = types.ObjectValueMust(object.AttrTypes, values)
	}
}

// ParseNumber converts a number that the API reports, with the precision of Terraform's numbers. It reports false if
// the text is not a number, or has too many digits: 12 bytes can describe a gigabyte of them.
func ParseNumber(n json.Number) (number *big.Float, ok bool) {
	const maxBits = 1024 // the range of float64
	number, _, err := big.ParseFloat(n.String(), 10, 512, big.ToNearestEven)
	return number, err == nil && !number.IsInf() && max(number.MantExp(nil), -number.MantExp(nil)) <= maxBits
}

// Comparison is the result of Compare.
type Comparison int

// The results, ordered so that the greatest result of the members is the result of an object.
const (
	Equivalent Comparison = iota // both mean the same, or the configuration omits the argument
	Unreported                   // the API reports nothing to compare with
	Different
)

// Compare compares the value of an argument that the API reports with the configured value, by meaning. An argument
// that the configuration omits never conflicts, because the API reports defaults as well.
func Compare(name string, reported, configured attr.Value) Comparison {
	if configured.IsNull() || configured.Equal(reported) {
		return Equivalent
	}
	switch after := configured.(type) {
	case types.Object:
		if !after.IsUnknown() {
			return compareMembers(reported, after)
		}
	case types.String:
		before, ok := reported.(types.String)
		if ok && !before.IsNull() && sameText(name, before.ValueString(), after.ValueString()) {
			return Equivalent
		}
	}
	if reported.IsNull() {
		return Unreported
	}
	return Different
}

func compareMembers(reported attr.Value, configured types.Object) Comparison {
	before, _ := reported.(types.Object)
	result := Equivalent
	for name, value := range configured.Attributes() {
		old, ok := before.Attributes()[name]
		if !ok {
			old = types.DynamicNull()
		}
		result = max(result, Compare(name, old, value))
	}
	return result
}

// sameText reports whether two dates mean the same instant, or two filters differ only in outer white space and one
// pair of outer parentheses.
func sameText(name, reported, configured string) bool {
	first1, last1, err1 := ParseDate(reported)
	first2, last2, err2 := ParseDate(configured)
	if err1 == nil && err2 == nil {
		sameEnd := last1.Truncate(time.Second).Equal(last2.Truncate(time.Second))
		isDay := last2.After(first2) // of which the API may report the first instant
		return first1.Equal(first2) && (name != "end_date" || isDay) || name == "end_date" && sameEnd
	}
	return name == "filter" && withoutParentheses(reported) == withoutParentheses(configured)
}

// withoutParentheses returns a filter without outer white space and the parentheses that enclose all of it.
func withoutParentheses(filter string) string {
	filter = strings.TrimSpace(filter)
	inner, opens := strings.CutPrefix(filter, "(")
	inner, closes := strings.CutSuffix(inner, ")")
	depth := 0
	for _, c := range inner {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return filter // the first parenthesis closes before the end
		}
	}
	if !opens || !closes {
		return filter
	}
	return strings.TrimSpace(inner)
}
