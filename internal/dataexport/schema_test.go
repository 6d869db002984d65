package dataexport_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/dataexport"
)

// argumentsOfEveryType has an argument of each type of the framework, with the flags that an argument can have.
func argumentsOfEveryType() map[string]schema.Attribute {
	member := map[string]schema.Attribute{"member": schema.Int64Attribute{Optional: true, Sensitive: true}}
	atLeastOne := []validator.Map{mapvalidator.SizeAtLeast(1)}
	arguments := map[string]schema.Attribute{}
	for name, argument := range map[string]schema.Attribute{
		"bool":            schema.BoolAttribute{},
		"int64":           schema.Int64Attribute{},
		"float64":         schema.Float64Attribute{},
		"number":          schema.NumberAttribute{},
		"string":          schema.StringAttribute{},
		"dynamic":         schema.DynamicAttribute{},
		"list":            schema.ListAttribute{ElementType: types.StringType},
		"set":             schema.SetAttribute{ElementType: types.StringType},
		"map":             schema.MapAttribute{ElementType: types.StringType, Validators: atLeastOne},
		"list_of_objects": schema.ListNestedAttribute{NestedObject: schema.NestedAttributeObject{Attributes: member}},
		"object":          schema.SingleNestedAttribute{Attributes: member},
	} {
		flagged := reflect.New(reflect.TypeOf(argument)).Elem()
		flagged.Set(reflect.ValueOf(argument))
		flagged.FieldByName("Required").SetBool(true)
		flagged.FieldByName("Sensitive").SetBool(true)
		flagged.FieldByName("MarkdownDescription").SetString("D.")
		flagged.FieldByName("DeprecationMessage").SetString("Use another.")
		arguments[name], _ = flagged.Interface().(schema.Attribute)
	}
	return arguments
}

// attribute is what the schemas of resources, data sources and actions have in common.
type attribute interface {
	IsRequired() bool
	IsSensitive() bool
	GetDeprecationMessage() string
	GetMarkdownDescription() string
}

func TestSchema_keepsEveryTypeAndFlagOfAnArgument(t *testing.T) {
	t.Parallel()
	d := dataexport.Definition{Name: "x_export", Noun: "x export", Arguments: argumentsOfEveryType()}
	var r resource.SchemaResponse
	var s datasource.SchemaResponse
	var a action.SchemaResponse
	d.Resource().Schema(t.Context(), resource.SchemaRequest{}, &r)
	d.DataSource().Schema(t.Context(), datasource.SchemaRequest{}, &s)
	d.Action().Schema(t.Context(), action.SchemaRequest{}, &a)
	for _, diags := range []interface{ HasError() bool }{
		r.Schema.ValidateImplementation(t.Context()),
		s.Schema.ValidateImplementation(t.Context()),
		a.Schema.ValidateImplementation(t.Context()),
	} {
		if diags.HasError() {
			t.Error(diags)
		}
	}
	for name := range argumentsOfEveryType() {
		want := r.Schema.Attributes[name]
		for kind, got := range map[string]attribute{
			"resource": want, "data source": s.Schema.Attributes[name], "action": a.Schema.Attributes[name],
		} {
			replaces := strings.Contains(got.GetMarkdownDescription(), "Changing this forces a new export")
			if !got.IsRequired() || !got.IsSensitive() || got.GetDeprecationMessage() == "" ||
				!strings.HasPrefix(got.GetMarkdownDescription(), "D.") || replaces != (kind == "resource") {
				t.Errorf("%s of the %s: %#v", name, kind, got)
			}
		}
		// The members and the validators of an argument are part of its description in the protocol and of its checks.
		if !want.GetType().Equal(s.Schema.Attributes[name].GetType()) ||
			!want.GetType().Equal(a.Schema.Attributes[name].GetType()) {
			t.Errorf("%s has several types", name)
		}
	}
	for kind, manifest := range map[string]attribute{
		"resource": r.Schema.Attributes["manifest"], "data source": s.Schema.Attributes["manifest"],
	} {
		nested, ok := manifest.(schema.SingleNestedAttribute)
		if !ok || !nested.Attributes["files"].IsSensitive() {
			t.Errorf("the URLs of the %s are not sensitive", kind)
		}
	}
	if got, ok := a.Schema.Attributes["map"].(interface{ MapValidators() []validator.Map }); !ok ||
		len(got.MapValidators()) != 1 {
		t.Error("the action does not validate the map")
	}
}
