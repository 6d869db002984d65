package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestNewProviderSchema_convertsEveryKindAndFlag(t *testing.T) {
	t.Parallel()
	type (
		schema    = tfprotov6.Schema
		block     = tfprotov6.SchemaBlock
		attribute = tfprotov6.SchemaAttribute
	)
	list := tftypes.List{ElementType: tftypes.String}
	schemas := &tfprotov6.GetProviderSchemaResponse{
		Provider: &schema{Block: &block{Description: "Plain.", Deprecated: true, Attributes: []*attribute{{
			Name: "token", Type: tftypes.String, Optional: true, Sensitive: true,
			Description: "A <b>token</b>.", DescriptionKind: tfprotov6.StringKindMarkdown,
		}}}},
		ResourceSchemas: map[string]*schema{"r": {Version: 2, Block: &block{
			Attributes: []*attribute{
				{Name: "list", Type: list, Optional: true},
				{Name: "any", Type: tftypes.DynamicPseudoType, Optional: true, Computed: true},
				{Name: "nested", Computed: true, NestedType: &tfprotov6.SchemaObject{
					Nesting:    tfprotov6.SchemaObjectNestingModeSingle,
					Attributes: []*attribute{{Name: "a", Type: tftypes.Number, Required: true}},
				}},
				{Name: "old", Type: tftypes.Bool, Optional: true, Deprecated: true},
				{Name: "secret", Type: tftypes.String, Optional: true, WriteOnly: true},
			},
			BlockTypes: []*tfprotov6.SchemaNestedBlock{{
				TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeList,
				Block: &block{
					Attributes:  []*attribute{{Name: "read", Type: tftypes.String, Optional: true}},
					Description: "Durations.", DescriptionKind: tfprotov6.StringKindMarkdown,
				},
			}},
		}}},
		DataSourceSchemas:        map[string]*schema{"d": {Block: &block{}}},
		EphemeralResourceSchemas: map[string]*schema{"e": {Block: &block{}}},
		ListResourceSchemas:      map[string]*schema{"l": {Block: &block{}}},
		StateStoreSchemas:        map[string]*schema{"s": {Block: &block{}}},
		ActionSchemas:            map[string]*tfprotov6.ActionSchema{"a": {Schema: &schema{Block: &block{}}}},
		Functions: map[string]*tfprotov6.Function{
			"f": {
				Summary: "F", Description: "What f is.", DeprecationMessage: "Use g.",
				Parameters: []*tfprotov6.FunctionParameter{
					{Name: "a", Description: "An a.", Type: tftypes.String}, {Name: "b", Type: tftypes.Number, AllowNullValue: true},
				},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "more", Type: list},
				Return: &tfprotov6.FunctionReturn{
					Type: tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.String}},
				},
			},
			"g": {Return: &tfprotov6.FunctionReturn{Type: tftypes.Bool}},
		},
	}
	identities := &tfprotov6.GetResourceIdentitySchemasResponse{
		IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{
			"r": {Version: 1, IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
				{Name: "id", Type: tftypes.String, RequiredForImport: true, Description: "The token."},
				{Name: "more", Type: list, OptionalForImport: true},
			}},
		},
	}
	const want = `{
		"provider":{"version":0,"block":{
			"attributes":{"token":{"type":"string","description":"A <b>token</b>.","description_kind":"markdown",
				"optional":true,"sensitive":true}},
			"description":"Plain.","description_kind":"plain","deprecated":true}},
		"resource_schemas":{"r":{"version":2,"block":{
			"attributes":{
				"any":{"type":"dynamic","description_kind":"plain","optional":true,"computed":true},
				"list":{"type":["list","string"],"description_kind":"plain","optional":true},
				"nested":{"nested_type":{"attributes":{"a":{"type":"number","description_kind":"plain","required":true}},
					"nesting_mode":"single"},"description_kind":"plain","computed":true},
				"old":{"type":"bool","description_kind":"plain","deprecated":true,"optional":true},
				"secret":{"type":"string","description_kind":"plain","optional":true,"write_only":true}},
			"block_types":{"timeouts":{"nesting_mode":"list","block":{"attributes":{"read":{"type":"string",
				"description_kind":"plain","optional":true}},"description":"Durations.","description_kind":"markdown"}}},
			"description_kind":"plain"}}},
		"data_source_schemas":{"d":{"version":0,"block":{"description_kind":"plain"}}},
		"ephemeral_resource_schemas":{"e":{"version":0,"block":{"description_kind":"plain"}}},
		"list_resource_schemas":{"l":{"version":0,"block":{"description_kind":"plain"}}},
		"state_store_schemas":{"s":{"version":0,"block":{"description_kind":"plain"}}},
		"action_schemas":{"a":{"block":{"description_kind":"plain"}}},
		"functions":{"f":{"description":"What f is.","summary":"F","deprecation_message":"Use g.",
			"return_type":["object",{"a":"string"}],
			"parameters":[{"name":"a","description":"An a.","type":"string"},{"name":"b","is_nullable":true,"type":"number"}],
			"variadic_parameter":{"name":"more","type":["list","string"]}},
			"g":{"return_type":"bool"}},
		"resource_identity_schemas":{"r":{"version":1,"attributes":{
			"id":{"type":"string","description":"The token.","required_for_import":true},
			"more":{"type":["list","string"],"optional_for_import":true}}}}}`
	converted, err := newProviderSchema(schemas, identities)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(converted, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(decode(t, string(got)), decode(t, want)) {
		t.Errorf("the schemas are\n%s\nwant\n%s", got, want)
	}
}

func decode(t *testing.T, raw string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(raw), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestNewProviderSchema_returnsDiagnostics(t *testing.T) {
	t.Parallel()
	bad := []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Bad schema"}}
	schemas := &tfprotov6.GetProviderSchemaResponse{Diagnostics: bad}
	if _, err := newProviderSchema(schemas, &tfprotov6.GetResourceIdentitySchemasResponse{}); err == nil {
		t.Error("no error")
	}
}

// The documentation consists of the descriptions in the schema.
func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	p, err := read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkBlock(t, "provider", p.ConfigSchema.Block)
	for _, schemas := range []map[string]*tfjson.Schema{
		p.ResourceSchemas, p.DataSourceSchemas, p.EphemeralResourceSchemas, p.ListResourceSchemas, p.StateStoreSchemas,
	} {
		for name, s := range schemas {
			checkBlock(t, name, s.Block)
			wantSentences(t, name, s.Block.Description)
		}
	}
	for name, a := range p.ActionSchemas {
		checkBlock(t, name, a.Block)
		wantSentences(t, name, a.Block.Description)
	}
	for name, f := range p.Functions {
		wantSentences(t, name, f.Description)
		for _, parameter := range f.Parameters {
			wantSentences(t, name+"("+parameter.Name+")", parameter.Description)
		}
	}
}

func checkBlock(t *testing.T, at string, block *tfjson.SchemaBlock) {
	t.Helper()
	checkAttributes(t, at, block.Attributes)
	for name, n := range block.NestedBlocks {
		checkBlock(t, at+"."+name, n.Block)
	}
}

func checkAttributes(t *testing.T, at string, attributes map[string]*tfjson.SchemaAttribute) {
	t.Helper()
	for name, a := range attributes {
		wantSentences(t, at+"."+name, a.Description)
		if a.AttributeNestedType != nil {
			checkAttributes(t, at+"."+name, a.AttributeNestedType.Attributes)
		}
	}
}

func wantSentences(t *testing.T, at, description string) {
	t.Helper()
	if !strings.HasSuffix(description, ".") {
		t.Errorf("%s is described as %q, want sentences", at, description)
	}
}
