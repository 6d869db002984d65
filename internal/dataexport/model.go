// Package dataexport is vantage_unit_cost_export in all its surfaces: the resource, the data source and what follows.
// Each decodes its configuration, calls the client, and converts the answer; the waiting is the client's.
package dataexport

import (
	"context"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// arguments say what is to be exported.
type arguments struct {
	CostReportToken types.String `tfsdk:"cost_report_token"`
	WorkspaceToken  types.String `tfsdk:"workspace_token"`
	StartDate       types.String `tfsdk:"start_date"`
	EndDate         types.String `tfsdk:"end_date"`
	DateBin         types.String `tfsdk:"date_bin"`
}

func (a arguments) request() vantage.UnitCostExportRequest {
	return vantage.UnitCostExportRequest{
		CostReportToken: a.CostReportToken.ValueString(),
		ExportScope: vantage.ExportScope{
			WorkspaceToken: a.WorkspaceToken.ValueString(),
			StartDate:      a.StartDate.ValueString(),
			EndDate:        a.EndDate.ValueString(),
			DateBin:        a.DateBin.ValueString(),
		},
	}
}

// exported is what the API tells of an export.
type exported struct {
	ID         types.String  `tfsdk:"id"`
	Token      types.String  `tfsdk:"token"`
	Status     types.String  `tfsdk:"status"`
	CreatedAt  types.String  `tfsdk:"created_at"`
	ExportType types.String  `tfsdk:"export_type"`
	Manifest   types.Object  `tfsdk:"manifest"`
	Attributes types.Dynamic `tfsdk:"attributes"`
}

var manifestTypes = map[string]attr.Type{
	"files":        types.ListType{ElemType: types.StringType},
	"completed_at": types.StringType,
	"valid_until":  types.StringType,
}

// newExported converts what the API tells. What it does not tell is null.
func newExported(e *vantage.DataExport) exported {
	return exported{
		ID:         types.StringValue(e.Token),
		Token:      types.StringValue(e.Token),
		Status:     types.StringValue(e.Status),
		CreatedAt:  textOrNull(e.CreatedAt),
		ExportType: textOrNull(e.ExportType),
		Manifest:   manifestValue(e.Manifest),
		Attributes: attributesValue(e.Attributes),
	}
}

// handOn converts a completed export that is not kept but used at once: an expired one is of no use.
func (o operation) handOn(e *vantage.DataExport) (exported, diag.Diagnostics) {
	var diags diag.Diagnostics
	x := newExported(e)
	if until, expired := expiry(x.Manifest, time.Now()); expired {
		diags.Append(o.expired(e.Token, until))
	}
	if len(e.Manifest.Files) == 0 {
		diags.Append(warnNoFiles(e.Token))
	}
	return x, diags
}

// isCompleted reports whether the files are there, by what the state says.
func (e exported) isCompleted() bool {
	_, ok := files(e.Manifest)
	return ok
}

// unknownManifest is a known object with unknown values. As a whole it must never be unknown: Terraform could not see then
// that its files are sensitive, and would refuse an output of it only after the export has been made.
func unknownManifest() types.Object {
	return types.ObjectValueMust(manifestTypes, map[string]attr.Value{
		"files":        types.ListUnknown(types.StringType),
		"completed_at": types.StringUnknown(),
		"valid_until":  types.StringUnknown(),
	})
}

// unknownExport is what is planned for an export that is yet to be made, or waited for.
func unknownExport(token types.String) exported {
	return exported{
		ID: token, Token: token,
		Status: types.StringUnknown(), CreatedAt: types.StringUnknown(), ExportType: types.StringUnknown(),
		Manifest: unknownManifest(), Attributes: types.DynamicUnknown(),
	}
}

func manifestValue(m *vantage.Manifest) types.Object {
	list, completedAt, until := types.ListNull(types.StringType), types.StringNull(), types.StringNull()
	if m != nil {
		addresses := make([]attr.Value, len(m.Files))
		for i, f := range m.Files {
			addresses[i] = types.StringValue(f)
		}
		list = types.ListValueMust(types.StringType, addresses)
		completedAt, until = textOrNull(m.CompletedAt), textOrNull(m.ValidUntil)
	}
	return types.ObjectValueMust(manifestTypes, map[string]attr.Value{
		"files": list, "completed_at": completedAt, "valid_until": until,
	})
}

// files returns the addresses in a manifest, and whether there are any known.
func files(manifest types.Object) (types.List, bool) {
	list, ok := manifest.Attributes()["files"].(types.List)
	return list, ok && !list.IsNull() && !list.IsUnknown()
}

// validUntil returns when the addresses in a manifest expire, and whether that is known.
func validUntil(manifest types.Object) (time.Time, bool) { return timeIn(manifest, "valid_until") }

// expiry returns when the addresses in a manifest expire, and whether they have by now. Where the server does not tell, they never do.
func expiry(manifest types.Object, now time.Time) (time.Time, bool) {
	until, known := validUntil(manifest)
	return until, known && !now.Before(until)
}

func timeIn(manifest types.Object, name string) (time.Time, bool) {
	text, _ := manifest.Attributes()[name].(types.String)
	at, err := time.Parse(time.RFC3339, text.ValueString())
	return at, err == nil
}

// keepsAddresses reports whether the stored addresses still serve. The server may sign anew each time it is asked, so that
// every plan would show new addresses: while only their queries differ and the stored ones have not expired, they are as good.
func keepsAddresses(stored, fresh types.Object, now time.Time) bool {
	a, ok1 := files(stored)
	b, ok2 := files(fresh)
	if !ok1 || !ok2 {
		return false
	}
	for _, name := range []string{"completed_at", "valid_until"} {
		if !stored.Attributes()[name].Equal(fresh.Attributes()[name]) {
			return false
		}
	}
	if _, expired := expiry(stored, now); expired {
		return false
	}
	return slices.EqualFunc(a.Elements(), b.Elements(), func(x, y attr.Value) bool {
		return withoutQuery(x) == withoutQuery(y)
	})
}

func withoutQuery(address attr.Value) string {
	text, _ := address.(types.String)
	before, _, _ := strings.Cut(text.ValueString(), "?")
	return before
}

func textOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

func attributesValue(a map[string]any) types.Dynamic {
	if a == nil {
		return types.DynamicNull()
	}
	return types.DynamicValue(jsonValue(a, 0))
}

const (
	// maxDepth is how deep attributes are followed; what lies deeper is given as JSON text.
	maxDepth = 32
	// maxBits bounds the size of a number; one beyond is given as text, as it was written.
	maxBits = 4096
)

// jsonValue converts a decoded JSON value. Lists become tuples, for their elements may differ.
func jsonValue(v any, depth int) attr.Value {
	if depth == maxDepth {
		text, _ := json.Marshal(v) // it was JSON before
		return types.StringValue(string(text))
	}
	switch v := v.(type) {
	case map[string]any:
		attrTypes, values := map[string]attr.Type{}, map[string]attr.Value{}
		for name, element := range v {
			values[name] = jsonValue(element, depth+1)
			attrTypes[name] = values[name].Type(context.Background())
		}
		return types.ObjectValueMust(attrTypes, values)
	case []any:
		elemTypes, values := make([]attr.Type, len(v)), make([]attr.Value, len(v))
		for i, element := range v {
			values[i] = jsonValue(element, depth+1)
			elemTypes[i] = values[i].Type(context.Background())
		}
		return types.TupleValueMust(elemTypes, values)
	case json.Number:
		return numberValue(v)
	case string:
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	}
	return types.DynamicNull()
}

// numberValue keeps every digit, as Terraform itself does.
func numberValue(n json.Number) attr.Value {
	f, _, err := big.ParseFloat(n.String(), 10, 512, big.ToNearestEven)
	if err != nil || f.IsInf() || f.MantExp(nil) > maxBits || f.MantExp(nil) < -maxBits {
		return types.StringValue(n.String())
	}
	return types.NumberValue(f)
}
