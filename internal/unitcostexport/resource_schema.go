package unitcostexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/dynamicplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func resourceSchema(ctx context.Context) schema.Schema {
	argument := func(required bool, about string, validators []validator.String) schema.StringAttribute {
		return schema.StringAttribute{
			Required: required, Optional: !required, MarkdownDescription: about + " Changing it makes a new export.",
			Validators: validators, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		}
	}
	// Computed values stay as they are in an update, or an edit of the timeouts alone would show them all as unknown.
	computed := func(about string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed: true, MarkdownDescription: about,
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		}
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
				MarkdownDescription: "Any strings. When one of them changes, a new export is made.",
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"id":          computed(aboutID),
			"token":       computed(aboutToken),
			"status":      computed(aboutStatus),
			"created_at":  computed(aboutCreatedAt),
			"export_type": computed(aboutExportType),
			"manifest": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: aboutManifest,
				PlanModifiers:       []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
				Attributes: map[string]schema.Attribute{
					"files":        schema.ListAttribute{Computed: true, Sensitive: true, ElementType: types.StringType, MarkdownDescription: aboutFiles},
					"completed_at": schema.StringAttribute{Computed: true, MarkdownDescription: aboutCompletedAt},
					"valid_until":  schema.StringAttribute{Computed: true, MarkdownDescription: aboutValidUntil},
				},
			},
			"attributes": schema.DynamicAttribute{
				Computed: true, MarkdownDescription: aboutAttributes,
				PlanModifiers: []planmodifier.Dynamic{dynamicplanmodifier.UseStateForUnknown()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, CreateDescription: "How long making the export and waiting for it may take, as a duration such as `45m`. Default: `30m`.",
				Read: true, ReadDescription: "How long a refresh goes on trying while the API does not answer or the account's request limit is used up. Default: `5m`.",
				Update: true, UpdateDescription: "How long an apply that resumes an interrupted wait may take. Default: `30m`.",
			}),
		},
	}
}
