package dataexport

import (
	"maps"
	"reflect"
	"time"

	action "github.com/hashicorp/terraform-plugin-framework/action/schema"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

const (
	tokenDescription   = "Token of the export, such as `dta_xprt_964b2adb9bff37fb`."
	replaceDescription = " Changing this forces a new export to be created."
)

func (d Definition) resourceSchema() schema.Schema {
	blocks := convert(d.Blocks, func(b schema.SingleNestedBlock) schema.SingleNestedBlock {
		b.MarkdownDescription += replaceDescription
		return b
	})
	return schema.Schema{
		MarkdownDescription: "A " + d.Noun + `, created once and kept in state with the pre-signed URLs of its files.
Destroying the resource only removes it from state: the API cannot delete exports, which expire after about a day.`,
		Attributes: mergeMaps(convert(d.Arguments, describeReplacement), resourceOptions(), exportedAttributes()),
		Blocks: resourceBlocks(blocks, timeoutsBlock(map[string]string{
			"create": "Timeout for creating the export and waiting for it. Defaults to `30m`.",
			"read":   "Timeout of a refresh, including retries. Defaults to `5m`.",
			"update": "Timeout of an apply that resumes an interrupted wait. Defaults to `30m`.",
		})),
	}
}

// describeReplacement adds to the description of an argument that a change replaces the resource. Every attribute type
// has the field MarkdownDescription, but the framework has no interface that sets it.
func describeReplacement(argument schema.Attribute) schema.Attribute {
	described := reflect.New(reflect.TypeOf(argument)).Elem()
	described.Set(reflect.ValueOf(argument))
	description := described.FieldByName("MarkdownDescription")
	description.SetString(description.String() + replaceDescription)
	attribute, _ := described.Interface().(schema.Attribute)
	return attribute
}

// resourceOptions are the arguments that are not sent to the API.
func resourceOptions() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"triggers": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Arbitrary strings, such as the month of the export." + replaceDescription,
		},
		"wait_for_completion": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
			MarkdownDescription: "Whether an apply waits until the export completes. If `false`, a later refresh stores the " +
				"manifest. Changing this to `true` resumes the wait. Defaults to `true`.",
		},
		"store_file_urls": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
			MarkdownDescription: "Whether to store `manifest.files` in state. " +
				"Anyone with a URL can download the file until it expires. Defaults to `true`.",
		},
		"renew_before_expiry": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Margin for renewal: a plan replaces the export if it or its URLs expire within this " +
				"duration, such as `1h`. At most `24h`. `0s` renews after the expiry. Defaults to no renewal.",
			Validators: argument.RenewalMargins(),
		},
	}
}

// exportedAttributes are what the API reports of an export. ModifyPlan of the resource plans all of them.
func exportedAttributes() map[string]schema.Attribute {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: description,
		}
	}
	return map[string]schema.Attribute{
		"id":          computed("Same as `token`."),
		"token":       computed(tokenDescription),
		"status":      computed("Status reported by the API: `pending` or `completed`."),
		"created_at":  computed("Time of creation."),
		"export_type": computed("Export type reported by the API."),
		"manifest": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Files of the export. Values are null while it is pending.",
			Attributes: map[string]schema.Attribute{
				"files": schema.ListAttribute{
					Computed:            true,
					Sensitive:           true,
					ElementType:         types.StringType,
					MarkdownDescription: "Pre-signed URLs, sorted by path. Anyone with a URL can download the file.",
				},
				"completed_at":     computed("Time of completion."),
				"valid_until":      computed("Expiry of the export, or null if unknown."),
				"urls_valid_until": computed("Earliest expiry of the URLs, or null if unknown."),
			},
		},
		"attributes": schema.DynamicAttribute{
			Computed: true,
			MarkdownDescription: "Parameters of the export reported by the API, such as `attributes.start_date`. " +
				"Members can be null.",
		},
	}
}

const (
	// defaultTimeout is the timeout for creating an export and waiting for its completion.
	defaultTimeout = 30 * time.Minute
	// defaultReadTimeout is the timeout of a refresh.
	defaultReadTimeout = 5 * time.Minute
)

// timeoutsBlock returns the timeouts block with a description of each timeout.
func timeoutsBlock(descriptions map[string]string) map[string]schema.SingleNestedBlock {
	attributes := map[string]schema.Attribute{}
	for name, description := range descriptions {
		attributes[name] = schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: description,
			Validators:          argument.Timeouts(),
		}
	}
	return map[string]schema.SingleNestedBlock{"timeouts": {
		MarkdownDescription: "Durations such as `45m`.",
		Attributes:          attributes,
	}}
}

// mergeMaps returns a map with the entries of all maps. Later maps take precedence.
func mergeMaps[T any](all ...map[string]T) map[string]T {
	out := map[string]T{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

// convert returns a map with each value converted.
func convert[From, To any](m map[string]From, f func(From) To) map[string]To {
	out := map[string]To{}
	for name, value := range m {
		out[name] = f(value)
	}
	return out
}

// Attributes and blocks are declared once, with the types of a resource's schema. These types implement the interfaces
// of the other schema packages too, so that no flag is lost and every type can be used. What only resources have, such
// as plan modifiers, is ignored there.

func resourceBlocks(all ...map[string]schema.SingleNestedBlock) map[string]schema.Block {
	return convert(mergeMaps(all...), func(b schema.SingleNestedBlock) schema.Block { return b })
}

func dataSourceAttributes(attributes map[string]schema.Attribute) map[string]datasource.Attribute {
	return convert(attributes, func(a schema.Attribute) datasource.Attribute { return a })
}

func dataSourceBlocks(blocks map[string]schema.SingleNestedBlock) map[string]datasource.Block {
	return convert(blocks, func(b schema.SingleNestedBlock) datasource.Block { return b })
}

func ephemeralAttributes(attributes map[string]schema.Attribute) map[string]ephemeral.Attribute {
	return convert(attributes, func(a schema.Attribute) ephemeral.Attribute { return a })
}

func ephemeralBlocks(blocks map[string]schema.SingleNestedBlock) map[string]ephemeral.Block {
	return convert(blocks, func(b schema.SingleNestedBlock) ephemeral.Block { return b })
}

func actionAttributes(attributes map[string]schema.Attribute) map[string]action.Attribute {
	return convert(attributes, func(a schema.Attribute) action.Attribute { return a })
}

func actionBlocks(blocks map[string]schema.SingleNestedBlock) map[string]action.Block {
	return convert(blocks, func(b schema.SingleNestedBlock) action.Block { return b })
}

// existingAttributes are the attributes of an existing export that is read by its token.
func existingAttributes() map[string]schema.Attribute {
	return mergeMaps(exportedAttributes(), map[string]schema.Attribute{
		"token": tokenAttribute(""),
	})
}

// tokenAttribute is the token of an existing export.
func tokenAttribute(note string) schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: tokenDescription + " The export can have any export type." + note,
		Validators:          argument.ExportTokens(),
	}
}
