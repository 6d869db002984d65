package dataexport

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

func (d Definition) resourceSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "A " + d.Noun + ": made once, waited for during the apply, and kept in the state with the " +
			"pre-signed URLs of its files. Destroying it only forgets it, since the API has no delete and exports expire by " +
			"themselves.",
		Attributes: mergeMaps(withRequiresReplace(d.Arguments), resourceOptions(), exportedAttributes()),
		Blocks: resourceBlocks(d.Blocks, timeoutsBlock(map[string]string{
			"create": "How long making the export and waiting for it may take, as a duration such as `45m`. Default: `30m`.",
			"read": "How long a refresh goes on trying while the API does not answer or the account's request limit is used " +
				"up, " +
				"as a duration such as `10m`. Default: `5m`.",
			"update": "How long an apply that resumes an interrupted wait may take, as a duration such as `45m`. Default: " +
				"`30m`.",
		})),
	}
}

func resourceBlocks(arguments, others map[string]schema.SingleNestedBlock) map[string]schema.Block {
	out := map[string]schema.Block{}
	for name, block := range arguments {
		block.MarkdownDescription += aboutReplacing
		block.PlanModifiers = []planmodifier.Object{requiresReplace{}}
		out[name] = block
	}
	for name, block := range others {
		out[name] = block
	}
	return out
}

// resourceOptions are the arguments that say how an export is kept.
func resourceOptions() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"triggers": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Any strings. When one of them changes, a new export is made. Default: none.",
			PlanModifiers:       []planmodifier.Map{requiresReplace{}},
		},
		"wait_for_completion": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
			MarkdownDescription: "Whether an apply waits until the export is completed. With `false` it is done as soon as " +
				"the " +
				"API has taken the request; the data source `vantage_data_export` can do the waiting, and a later refresh fills " +
				"in the manifest. Turning it to `true` waits for the same export. Default: `true`.",
		},
		"store_file_urls": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
			MarkdownDescription: "Whether the state keeps `manifest.files`, with which anybody can read the files for about " +
				"a day. With `false` they are null, and an apply waits as always; the ephemeral resource or the data source " +
				"`vantage_data_export`, or the download by `vantage_data_export_download`, gives access to the files. Turning it " +
				"to `false` takes URLs out of the state without a request, turning it to `true` puts them in with one. " +
				"Default: `true`.",
		},
		"renew_before_expiry": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "When less than this time is left until `manifest.urls_valid_until`, or until " +
				"`manifest.valid_until` where no URLs are kept, the next plan replaces the export by a new one; a " +
				"duration such " +
				"as `2h`, or `0s` for as soon as it has expired. Must be shorter than the URLs are valid: six hours to a day. " +
				"Default: an export is never renewed by itself.",
			Validators: argument.RenewalMargins(),
		},
	}
}
