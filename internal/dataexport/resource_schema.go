package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func resourceSchema(ctx context.Context) schema.Schema {
	argument := func(required bool, about string, validators []validator.String) schema.StringAttribute {
		return schema.StringAttribute{
			Required: required, Optional: !required, MarkdownDescription: about + " Changing it makes a new export.",
			Validators: validators, PlanModifiers: []planmodifier.String{replaces{}},
		}
	}
	// What becomes of computed values is planned in ModifyPlan, for all of them at once.
	computed := func(about string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: about}
	}
	return schema.Schema{
		MarkdownDescription: "A unit cost export: made once, waited for during the apply, and kept in the state with the addresses of its files. " +
			"Destroying it only forgets it, since the API has no delete and exports expire by themselves.",
		Attributes: map[string]schema.Attribute{
			"cost_report_token": argument(true, aboutCostReportToken, notEmpty()),
			"workspace_token":   argument(false, aboutWorkspaceToken, notEmpty()),
			"start_date":        argument(false, aboutStartDate, dates()),
			"end_date":          argument(false, aboutEndDate, dates()),
			"date_bin":          argument(false, aboutDateBin, dateBins()),
			"triggers": schema.MapAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Any strings. When one of them changes, a new export is made. Default: none.",
				PlanModifiers:       []planmodifier.Map{replaces{}},
			},
			"wait_for_completion": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether an apply waits until the export is completed. With `false` it is done as soon as the API has taken the request; " +
					"a data source with the export's `token` can do the waiting, and a later refresh fills in the manifest, addresses included. Turning it to `true` waits for the same export. Default: `true`.",
			},
			"renew_before_expiry": schema.StringAttribute{
				Optional: true, CustomType: timetypes.GoDurationType{},
				MarkdownDescription: "When less than this time is left until `manifest.valid_until`, the next plan replaces the export by a new one; a duration such as `2h`, " +
					"or `0s` for as soon as it has expired. Must be shorter than an export is valid, about a day. Default: an export is never renewed by itself.",
			},
			"id":          computed(aboutID),
			"token":       computed(aboutToken),
			"status":      computed(aboutStatus),
			"created_at":  computed(aboutCreatedAt),
			"export_type": computed(aboutExportType),
			"manifest": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: aboutManifest,
				Attributes: map[string]schema.Attribute{
					"files":        schema.ListAttribute{Computed: true, Sensitive: true, ElementType: types.StringType, MarkdownDescription: aboutFiles},
					"completed_at": computed(aboutCompletedAt),
					"valid_until":  computed(aboutValidUntil),
				},
			},
			"attributes": schema.DynamicAttribute{Computed: true, MarkdownDescription: aboutAttributes},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, CreateDescription: "How long making the export and waiting for it may take, as a duration such as `45m`. Default: `30m`.",
				Read: true, ReadDescription: "How long a refresh goes on trying while the API does not answer or the account's request limit is used up, as a duration such as `10m`. Default: `5m`.",
				Update: true, UpdateDescription: "How long an apply that resumes an interrupted wait may take, as a duration such as `45m`. Default: `30m`.",
			}),
		},
	}
}
