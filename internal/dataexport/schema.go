package dataexport

import (
	"maps"

	"terraform-provider-vantage/internal/argument"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	action "github.com/hashicorp/terraform-plugin-framework/action/schema"
)

// Attributes are written once, as a resource has them. The other surfaces have schema types of their own, which are
// derived here.

const aboutToken = "Token that the API gave to the export, such as `dta_xprt_964b2adb9bff37fb`."

// exportedAttributes are what the API tells of an export. What becomes of them in a plan of the resource is decided in
// ModifyPlan, for all of them at once.
func exportedAttributes() map[string]schema.Attribute {
	computed := func(about string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: about,
		}
	}
	return map[string]schema.Attribute{
		"id":          computed("The same as `token`."),
		"token":       computed(aboutToken),
		"status":      computed("Status of the export as the API words it: `pending`, then `completed`."),
		"created_at":  computed("When the API made the export, as an ISO 8601 time."),
		"export_type": computed("Kind of the export as the API words it."),
		"manifest": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What the export consists of. Its values are null while the export is pending.",
			Attributes: map[string]schema.Attribute{
				"files": schema.ListAttribute{
					Computed:    true,
					Sensitive:   true,
					ElementType: types.StringType,
					MarkdownDescription: "Pre-signed URLs of the files: with such a URL anybody can read the file, without a token, " +
						"until `urls_valid_until`.",
				},
				"completed_at": computed("When the export was completed, as an ISO 8601 time."),
				"valid_until": computed("When the export expires, as an ISO 8601 time; about a day after `completed_at`. " +
					"Null when the API does not say."),
				"urls_valid_until": computed("When the first of the URLs expires, as an ISO 8601 time: at `valid_until`, or " +
					"before, where the URL itself says so. Null when neither does, and where no URLs are kept."),
			},
		},
		"attributes": schema.DynamicAttribute{
			Computed: true,
			MarkdownDescription: "What was exported, as the API describes it: an object with `report_token`, `start_date`, " +
				"`end_date`, `date_bin` and others, any of which can be null. Its members are used directly, as in " +
				"`attributes.date_bin`.",
		},
	}
}

// timeoutsBlock has the timeouts of a surface, by what they bound.
func timeoutsBlock(about map[string]string) map[string]schema.SingleNestedBlock {
	attributes := map[string]schema.Attribute{}
	for name, text := range about {
		attributes[name] = schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: text,
			Validators:          argument.Timeouts(),
		}
	}
	return map[string]schema.SingleNestedBlock{"timeouts": {Attributes: attributes}}
}

// mergeMaps returns all of the sets. Of those with the same name the last one counts.
func mergeMaps[T any](sets ...map[string]T) map[string]T {
	out := map[string]T{}
	for _, set := range sets {
		maps.Copy(out, set)
	}
	return out
}

func dataSourceBlocks(of map[string]schema.SingleNestedBlock) map[string]datasource.Block {
	out := map[string]datasource.Block{}
	for name, b := range of {
		out[name] = datasource.SingleNestedBlock{
			MarkdownDescription: b.MarkdownDescription, Attributes: dataSourceAttributes(b.Attributes),
		}
	}
	return out
}

func dataSourceAttributes(of map[string]schema.Attribute) map[string]datasource.Attribute {
	out := map[string]datasource.Attribute{}
	for name, attribute := range of {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			out[name] = datasource.StringAttribute{
				Required: a.Required, Optional: a.Optional, Computed: a.Computed,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.BoolAttribute:
			out[name] = datasource.BoolAttribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription}
		case schema.ListAttribute:
			out[name] = datasource.ListAttribute{
				Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, ElementType: a.ElementType,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.SingleNestedAttribute:
			out[name] = datasource.SingleNestedAttribute{
				Computed: a.Computed, MarkdownDescription: a.MarkdownDescription,
				Attributes: dataSourceAttributes(a.Attributes),
			}
		case schema.DynamicAttribute:
			out[name] = datasource.DynamicAttribute{Computed: a.Computed, MarkdownDescription: a.MarkdownDescription}
		default:
			panic("a data source has no such attribute: " + name)
		}
	}
	return out
}

func ephemeralBlocks(of map[string]schema.SingleNestedBlock) map[string]ephemeral.Block {
	out := map[string]ephemeral.Block{}
	for name, b := range of {
		out[name] = ephemeral.SingleNestedBlock{Attributes: ephemeralAttributes(dataSourceAttributes(b.Attributes))}
	}
	return out
}

// ephemeralAttributes derives from a data source's, whose schema types have the same fields.
func ephemeralAttributes(of map[string]datasource.Attribute) map[string]ephemeral.Attribute {
	out := map[string]ephemeral.Attribute{}
	for name, attribute := range of {
		switch a := attribute.(type) {
		case datasource.StringAttribute:
			out[name] = ephemeral.StringAttribute(a)
		case datasource.ListAttribute:
			out[name] = ephemeral.ListAttribute(a)
		case datasource.DynamicAttribute:
			out[name] = ephemeral.DynamicAttribute(a)
		case datasource.SingleNestedAttribute:
			out[name] = ephemeral.SingleNestedAttribute{
				Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, Attributes: ephemeralAttributes(a.Attributes),
			}
		default:
			panic("an ephemeral resource has no such attribute: " + name)
		}
	}
	return out
}

func actionBlocks(of map[string]schema.SingleNestedBlock) map[string]action.Block {
	out := map[string]action.Block{}
	for name, b := range of {
		out[name] = action.SingleNestedBlock{
			MarkdownDescription: b.MarkdownDescription, Attributes: actionAttributes(b.Attributes),
		}
	}
	return out
}

func actionAttributes(of map[string]schema.Attribute) map[string]action.Attribute {
	out := map[string]action.Attribute{}
	for name, attribute := range of {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			out[name] = action.StringAttribute{
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.BoolAttribute:
			out[name] = action.BoolAttribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription}
		case schema.ListAttribute:
			out[name] = action.ListAttribute{
				Optional:            a.Optional,
				ElementType:         a.ElementType,
				MarkdownDescription: a.MarkdownDescription,
				Validators:          a.Validators,
			}
		default:
			panic("an action has no such attribute: " + name)
		}
	}
	return out
}
