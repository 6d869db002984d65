package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The types are the parts of Terraform's JSON format, version 1.0, that the framework supports.
type (
	providerSchemas struct {
		FormatVersion string                    `json:"format_version"`
		Schemas       map[string]providerSchema `json:"provider_schemas"`
	}
	providerSchema struct {
		Provider   schema              `json:"provider"`
		Resources  map[string]schema   `json:"resource_schemas,omitempty"`
		Data       map[string]schema   `json:"data_source_schemas,omitempty"`
		Ephemerals map[string]schema   `json:"ephemeral_resource_schemas,omitempty"`
		Functions  map[string]function `json:"functions,omitempty"`
		Actions    map[string]action   `json:"action_schemas,omitempty"`
		Identities map[string]identity `json:"resource_identity_schemas,omitempty"`
	}
	schema struct {
		Version int64 `json:"version"`
		Block   block `json:"block"`
	}
	action struct {
		Block block `json:"block"`
	}
	function struct {
		Description string       `json:"description,omitempty"`
		Summary     string       `json:"summary,omitempty"`
		Instead     string       `json:"deprecation_message,omitempty"`
		Return      tftypes.Type `json:"return_type"`
		Parameters  []parameter  `json:"parameters,omitempty"`
		Variadic    *parameter   `json:"variadic_parameter,omitempty"`
	}
	parameter struct {
		Name        string       `json:"name"`
		Description string       `json:"description,omitempty"`
		Nullable    bool         `json:"is_nullable,omitempty"`
		Type        tftypes.Type `json:"type"`
	}
	block struct {
		Attributes map[string]attribute   `json:"attributes,omitempty"`
		Blocks     map[string]nestedBlock `json:"block_types,omitempty"`
		about
	}
	nestedBlock struct {
		Mode  string `json:"nesting_mode"`
		Block block  `json:"block"`
	}
	attribute struct {
		Type   tftypes.Type      `json:"type,omitempty"`
		Nested *nestedAttributes `json:"nested_type,omitempty"`
		about
		Required  bool `json:"required,omitempty"`
		Optional  bool `json:"optional,omitempty"`
		Computed  bool `json:"computed,omitempty"`
		Sensitive bool `json:"sensitive,omitempty"`
		WriteOnly bool `json:"write_only,omitempty"`
	}
	nestedAttributes struct {
		Attributes map[string]attribute `json:"attributes"`
		Mode       string               `json:"nesting_mode"`
	}
	about struct {
		Description string `json:"description,omitempty"`
		Kind        string `json:"description_kind"`
		Deprecated  bool   `json:"deprecated,omitempty"`
		Instead     string `json:"deprecation_message,omitempty"`
	}
	identity struct {
		Version    int64                        `json:"version"`
		Attributes map[string]identityAttribute `json:"attributes"`
	}
	identityAttribute struct {
		Type        tftypes.Type `json:"type"`
		Description string       `json:"description,omitempty"`
		Required    bool         `json:"required_for_import,omitempty"`
		Optional    bool         `json:"optional_for_import,omitempty"`
	}
)

func newProviderSchemas(
	s *tfprotov6.GetProviderSchemaResponse,
	i *tfprotov6.GetResourceIdentitySchemasResponse,
) providerSchemas {
	return providerSchemas{FormatVersion: "1.0", Schemas: map[string]providerSchema{name: {
		Provider:   newSchema(s.Provider),
		Resources:  mapValues(s.ResourceSchemas, newSchema),
		Data:       mapValues(s.DataSourceSchemas, newSchema),
		Ephemerals: mapValues(s.EphemeralResourceSchemas, newSchema),
		Functions:  mapValues(s.Functions, newFunction),
		Actions:    mapValues(s.ActionSchemas, newAction),
		Identities: mapValues(i.IdentitySchemas, newIdentity),
	}}}
}

func mapValues[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

func newSchema(s *tfprotov6.Schema) schema {
	return schema{Version: s.Version, Block: newBlock(s.Block)}
}

func newAction(a *tfprotov6.ActionSchema) action { return action{Block: newBlock(a.Schema.Block)} }

func newFunction(f *tfprotov6.Function) function {
	out := function{
		Description: f.Description, Summary: f.Summary, Instead: f.DeprecationMessage, Return: f.Return.Type,
	}
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, newParameter(p))
	}
	if f.VariadicParameter != nil {
		variadic := newParameter(f.VariadicParameter)
		out.Variadic = &variadic
	}
	return out
}

func newParameter(p *tfprotov6.FunctionParameter) parameter {
	return parameter{Name: p.Name, Description: p.Description, Nullable: p.AllowNullValue, Type: p.Type}
}

func newBlock(b *tfprotov6.SchemaBlock) block {
	blocks := make(map[string]nestedBlock, len(b.BlockTypes))
	for _, n := range b.BlockTypes {
		blocks[n.TypeName] = nestedBlock{Mode: strings.ToLower(n.Nesting.String()), Block: newBlock(n.Block)}
	}
	return block{
		Attributes: newAttributes(b.Attributes), Blocks: blocks,
		about: newAbout(b.Description, b.DescriptionKind, b.Deprecated, b.DeprecationMessage),
	}
}

func newAttributes(from []*tfprotov6.SchemaAttribute) map[string]attribute {
	to := make(map[string]attribute, len(from))
	for _, a := range from {
		var nested *nestedAttributes
		if n := a.NestedType; n != nil {
			nested = &nestedAttributes{Attributes: newAttributes(n.Attributes), Mode: strings.ToLower(n.Nesting.String())}
		}
		to[a.Name] = attribute{
			Type: a.Type, Nested: nested, about: newAbout(a.Description, a.DescriptionKind, a.Deprecated, a.DeprecationMessage),
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
	}
	return to
}

func newAbout(description string, kind tfprotov6.StringKind, deprecated bool, instead string) about {
	return about{Description: description, Kind: strings.ToLower(kind.String()), Deprecated: deprecated, Instead: instead}
}

func newIdentity(s *tfprotov6.ResourceIdentitySchema) identity {
	attributes := make(map[string]identityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = identityAttribute{
			Type: a.Type, Description: a.Description, Required: a.RequiredForImport, Optional: a.OptionalForImport,
		}
	}
	return identity{Version: s.Version, Attributes: attributes}
}
