package main

import (
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// newProviderSchema converts everything that the framework supports, except deprecation messages of attributes and
// blocks: terraform-json, with which the docs generator reads the schemas, has only the flag.
func newProviderSchema(
	s *tfprotov6.GetProviderSchemaResponse,
	i *tfprotov6.GetResourceIdentitySchemasResponse,
) (*tfjson.ProviderSchema, error) {
	for _, d := range append(s.Diagnostics, i.Diagnostics...) {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return nil, fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return &tfjson.ProviderSchema{
		ConfigSchema:             newSchema(s.Provider),
		ResourceSchemas:          mapValues(s.ResourceSchemas, newSchema),
		DataSourceSchemas:        mapValues(s.DataSourceSchemas, newSchema),
		EphemeralResourceSchemas: mapValues(s.EphemeralResourceSchemas, newSchema),
		ListResourceSchemas:      mapValues(s.ListResourceSchemas, newSchema),
		StateStoreSchemas:        mapValues(s.StateStoreSchemas, newSchema),
		ActionSchemas:            mapValues(s.ActionSchemas, newAction),
		Functions:                mapValues(s.Functions, newFunction),
		ResourceIdentitySchemas:  mapValues(i.IdentitySchemas, newIdentity),
	}, nil
}

func mapValues[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

func newSchema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: uint64(s.Version), Block: newBlock(s.Block)}
}

func newAction(a *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: newBlock(a.Schema.Block)}
}

func newFunction(f *tfprotov6.Function) *tfjson.FunctionSignature {
	out := &tfjson.FunctionSignature{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         newType(f.Return.Type),
	}
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, newParameter(p))
	}
	if f.VariadicParameter != nil {
		out.VariadicParameter = newParameter(f.VariadicParameter)
	}
	return out
}

func newParameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	return &tfjson.FunctionParameter{
		Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue, Type: newType(p.Type),
	}
}

func newBlock(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	blocks := make(map[string]*tfjson.SchemaBlockType, len(b.BlockTypes))
	for _, n := range b.BlockTypes {
		blocks[n.TypeName] = &tfjson.SchemaBlockType{NestingMode: nestingMode(n.Nesting), Block: newBlock(n.Block)}
	}
	return &tfjson.SchemaBlock{
		Attributes:      newAttributes(b.Attributes),
		NestedBlocks:    blocks,
		Description:     b.Description,
		DescriptionKind: descriptionKind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
}

func newAttributes(from []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	to := make(map[string]*tfjson.SchemaAttribute, len(from))
	for _, a := range from {
		attribute := &tfjson.SchemaAttribute{
			Description:     a.Description,
			DescriptionKind: descriptionKind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if n := a.NestedType; n != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes: newAttributes(n.Attributes), NestingMode: nestingMode(n.Nesting),
			}
		} else {
			attribute.AttributeType = newType(a.Type)
		}
		to[a.Name] = attribute
	}
	return to
}

func newIdentity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	attributes := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType:      newType(a.Type),
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: uint64(s.Version), Attributes: attributes}
}

func nestingMode(mode fmt.Stringer) tfjson.SchemaNestingMode {
	return tfjson.SchemaNestingMode(strings.ToLower(mode.String()))
}

func descriptionKind(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(kind.String()))
}

// newType converts a type by its JSON, which is the same in both libraries for every type of the framework.
func newType(from tftypes.Type) cty.Type {
	var to cty.Type
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, &to)
	}
	if err != nil {
		panic(err)
	}
	return to
}
