package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/provider"
)

// server returns the responses of a test.
type server struct {
	tfprotov6.ProviderServer
	schemas    tfprotov6.GetProviderSchemaResponse
	identities tfprotov6.GetResourceIdentitySchemasResponse
}

func (s *server) GetProviderSchema(
	context.Context,
	*tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &s.schemas, nil
}

func (s *server) GetResourceIdentitySchemas(
	context.Context,
	*tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &s.identities, nil
}

// Every kind of schema, in the format of `terraform providers schema -json` of Terraform 1.15.
const want = `{"format_version":"1.0","provider_schemas":{"vantage":{
	"provider":{"version":0,"block":{
		"attributes":{"token":{"type":"string","description":"A <b>token</b>.","description_kind":"markdown",
			"optional":true,"sensitive":true}},
		"description":"Plain.","description_kind":"plain"}},
	"resource_schemas":{"vantage_r":{"version":2,"block":{
		"attributes":{
			"any":{"type":"dynamic","description_kind":"plain","optional":true,"computed":true},
			"list":{"type":["list","string"],"description_kind":"plain","optional":true},
			"nested":{"nested_type":{"attributes":{"a":{"type":"number","description_kind":"plain","required":true}},
				"nesting_mode":"single"},"description_kind":"plain","computed":true},
			"old":{"type":"bool","description_kind":"plain","deprecated":true,"deprecation_message":"Use list.","optional":true},
			"secret":{"type":"string","description_kind":"plain","optional":true,"write_only":true}},
		"block_types":{"timeouts":{"nesting_mode":"list","block":{"attributes":{"read":{"type":"string",
			"description_kind":"plain","optional":true}},"description":"Durations.","description_kind":"markdown"}}},
		"description_kind":"plain"}}},
	"data_source_schemas":{"vantage_d":{"version":0,"block":{"description_kind":"plain"}}},
	"ephemeral_resource_schemas":{"vantage_e":{"version":0,"block":{"description_kind":"plain"}}},
	"functions":{"f":{"description":"What f is.","summary":"F","deprecation_message":"Use g.",
		"return_type":["object",{"a":"string"}],
		"parameters":[{"name":"a","description":"An a.","type":"string"},{"name":"b","is_nullable":true,"type":"number"}],
		"variadic_parameter":{"name":"more","type":["list","string"]}},
		"g":{"return_type":"bool"}},
	"action_schemas":{"vantage_a":{"block":{"attributes":{"token":{"type":"string","description_kind":"plain",
		"required":true}},"description_kind":"plain"}}},
	"resource_identity_schemas":{"vantage_r":{"version":1,"attributes":{
		"id":{"type":"string","description":"The token.","required_for_import":true},
		"more":{"type":["list","string"],"optional_for_import":true}}}}}}}
`

func TestSchemasAreAsTerraformPrintsThem(t *testing.T) {
	t.Parallel()
	type (
		schema    = tfprotov6.Schema
		block     = tfprotov6.SchemaBlock
		attribute = tfprotov6.SchemaAttribute
	)
	list := tftypes.List{ElementType: tftypes.String}
	schemas, err := read(t.Context(), &server{
		schemas: tfprotov6.GetProviderSchemaResponse{
			Provider: &schema{Block: &block{Description: "Plain.", Attributes: []*attribute{{
				Name: "token", Type: tftypes.String, Optional: true, Sensitive: true,
				Description: "A <b>token</b>.", DescriptionKind: tfprotov6.StringKindMarkdown,
			}}}},
			ResourceSchemas: map[string]*schema{"vantage_r": {Version: 2, Block: &block{
				Attributes: []*attribute{
					{Name: "list", Type: list, Optional: true},
					{Name: "any", Type: tftypes.DynamicPseudoType, Optional: true, Computed: true},
					{Name: "nested", Computed: true, NestedType: &tfprotov6.SchemaObject{
						Nesting:    tfprotov6.SchemaObjectNestingModeSingle,
						Attributes: []*attribute{{Name: "a", Type: tftypes.Number, Required: true}},
					}},
					{Name: "old", Type: tftypes.Bool, Optional: true, Deprecated: true, DeprecationMessage: "Use list."},
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
			DataSourceSchemas:        map[string]*schema{"vantage_d": {Block: &block{}}},
			EphemeralResourceSchemas: map[string]*schema{"vantage_e": {Block: &block{}}},
			Functions: map[string]*tfprotov6.Function{
				"f": {
					Summary: "F", Description: "What f is.", DescriptionKind: tfprotov6.StringKindMarkdown,
					DeprecationMessage: "Use g.",
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
			ActionSchemas: map[string]*tfprotov6.ActionSchema{"vantage_a": {Schema: &schema{Block: &block{
				Attributes: []*attribute{{Name: "token", Type: tftypes.String, Required: true}},
			}}}},
		},
		identities: tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{
				"vantage_r": {Version: 1, IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
					{Name: "id", Type: tftypes.String, RequiredForImport: true, Description: "The token."},
					{Name: "more", Type: list, OptionalForImport: true},
				}},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got, pretty bytes.Buffer
	if err := write(&got, schemas); err != nil {
		t.Fatal(err)
	}
	if err := json.Indent(&pretty, []byte(want), "", "  "); err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(pretty.String(), "\n")
	for i, line := range gotLines {
		if i >= len(wantLines) || line != wantLines[i] {
			t.Fatalf("line %d is not as expected: %s\nin:\n%s", i+1, line, got.String())
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Errorf("%d lines, want %d:\n%s", len(gotLines), len(wantLines), got.String())
	}
}

func TestWhatIsNotPrintedIsRefused(t *testing.T) {
	t.Parallel()
	for name, schemas := range map[string]tfprotov6.GetProviderSchemaResponse{
		"list resource": {ListResourceSchemas: map[string]*tfprotov6.Schema{"vantage_l": {}}},
		"state store":   {StateStoreSchemas: map[string]*tfprotov6.Schema{"vantage_s": {}}},
		"diagnostic": {
			Diagnostics: []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Bad schema"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := read(t.Context(), &server{schemas: schemas}); err == nil {
				t.Error("no error")
			}
		})
	}
}

// The documentation consists of the descriptions in the schema.
func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	s, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	all, err := read(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	p := all.Schemas[name]
	p.Provider.Block.check(t, "provider")
	for _, surface := range []map[string]schema{p.Resources, p.Data, p.Ephemerals} {
		for name, s := range surface {
			s.Block.check(t, name)
			wantSentences(t, name, s.Block.Description)
		}
	}
	for name, f := range p.Functions {
		wantSentences(t, name, f.Description)
		for _, parameter := range f.Parameters {
			wantSentences(t, name+"("+parameter.Name+")", parameter.Description)
		}
	}
	for name, a := range p.Actions {
		a.Block.check(t, name)
		wantSentences(t, name, a.Block.Description)
	}
}

func (b block) check(t *testing.T, at string) {
	t.Helper()
	checkAttributes(t, at, b.Attributes)
	for name, n := range b.Blocks {
		n.Block.check(t, at+"."+name)
	}
}

func checkAttributes(t *testing.T, at string, attributes map[string]attribute) {
	t.Helper()
	for name, a := range attributes {
		wantSentences(t, at+"."+name, a.Description)
		if a.Nested != nil {
			checkAttributes(t, at+"."+name, a.Nested.Attributes)
		}
	}
}

func wantSentences(t *testing.T, at, description string) {
	t.Helper()
	if !strings.HasSuffix(description, ".") {
		t.Errorf("%s is described as %q, want sentences", at, description)
	}
}
