package dataexport

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

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
	"files":            types.ListType{ElemType: types.StringType},
	"completed_at":     types.StringType,
	"valid_until":      types.StringType,
	"urls_valid_until": types.StringType,
}

// newExported converts what the API tells. What it does not tell is null. An export without a manifest is pending,
// whatever its status says.
func newExported(e *vantage.DataExport) exported {
	status := e.Status
	if !e.Completed() && strings.EqualFold(status, vantage.StatusCompleted) {
		status = vantage.StatusPending
	}
	return exported{
		ID:         types.StringValue(e.Token),
		Token:      types.StringValue(e.Token),
		Status:     types.StringValue(status),
		CreatedAt:  textOrNull(e.CreatedAt),
		ExportType: textOrNull(e.ExportType),
		Manifest:   manifestValue(e.Manifest),
		Attributes: attributesValue(e.Attributes),
	}
}

// isCompleted reports whether the export is done, by what the state says.
func (e exported) isCompleted() bool {
	return strings.EqualFold(e.Status.ValueString(), vantage.StatusCompleted)
}

// lacks reports whether the URLs of a completed export are to be stored, and are not.
func (e exported) missingFileURLs(storeFileURLs types.Bool) bool {
	_, there := files(e.Manifest)
	return e.isCompleted() && !there && storeFileURLs.ValueBool()
}

// storing returns the export as the state keeps it: without the URLs of its files unless they are to be stored.
func (e exported) withFileURLs(fileURLs types.Bool) exported {
	if fileURLs.Equal(types.BoolValue(false)) {
		members := e.Manifest.Attributes()
		members["files"], members["urls_valid_until"] = types.ListNull(types.StringType), types.StringNull()
		e.Manifest = types.ObjectValueMust(manifestTypes, members)
	}
	return e
}

// unknownManifest is a known object with unknown values. As a whole it must never be unknown: Terraform could not see
// then that its files are sensitive, and would refuse an output of it only after the export was made.
func unknownManifest() types.Object {
	return types.ObjectValueMust(manifestTypes, map[string]attr.Value{
		"files":            types.ListUnknown(types.StringType),
		"completed_at":     types.StringUnknown(),
		"valid_until":      types.StringUnknown(),
		"urls_valid_until": types.StringUnknown(),
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
	members := map[string]attr.Value{
		"files":            types.ListNull(types.StringType),
		"completed_at":     types.StringNull(),
		"valid_until":      types.StringNull(),
		"urls_valid_until": types.StringNull(),
	}
	if m != nil {
		urls := make([]attr.Value, len(m.Files))
		for i, f := range m.Files {
			urls[i] = types.StringValue(f)
		}
		members["files"] = types.ListValueMust(types.StringType, urls)
		members["completed_at"], members["valid_until"] = textOrNull(m.CompletedAt), textOrNull(m.ValidUntil)
		if !m.URLsValidUntil.IsZero() {
			members["urls_valid_until"] = types.StringValue(m.URLsValidUntil.UTC().Format(time.RFC3339))
		}
	}
	return types.ObjectValueMust(manifestTypes, members)
}

// files returns the pre-signed URLs in a manifest, and whether they are known.
func files(manifest types.Object) (types.List, bool) {
	list, ok := manifest.Attributes()["files"].(types.List)
	return list, ok && !list.IsNull() && !list.IsUnknown()
}

// expiry returns when the URLs in a manifest expire, or the export where no URLs are kept, and whether that is over.
// Where the server does not tell, they never do.
func expiry(manifest types.Object, now time.Time) (time.Time, bool) {
	until, known := timeIn(manifest, "urls_valid_until")
	if !known {
		until, known = timeIn(manifest, "valid_until")
	}
	return until, known && !now.Before(until)
}

func timeIn(manifest types.Object, name string) (time.Time, bool) {
	text, _ := manifest.Attributes()[name].(types.String)
	return vantage.ParseTime(text.ValueString())
}

// asOf returns when the server told of an export, by its own clock where that is known.
func asOf(e *vantage.DataExport) time.Time {
	if e.AsOf.IsZero() {
		return time.Now()
	}
	return e.AsOf
}

// keepsURLs reports whether the stored URLs still serve. The server may sign anew at each request, so that every plan
// would show new URLs: while only their queries differ and the stored ones have not expired, they are as good. Within
// the margin for renewal fresh ones that last longer are better.
func keepsURLs(stored, fresh types.Object, now time.Time, margin types.String) bool {
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
	until, expired := expiry(stored, now)
	later, _ := expiry(fresh, now)
	if expired || isDue(margin, stored, now) && later.After(until) {
		return false
	}
	return slices.EqualFunc(a.Elements(), b.Elements(), func(x, y attr.Value) bool {
		return withoutQuery(x) == withoutQuery(y)
	})
}

func withoutQuery(url attr.Value) string {
	text, _ := url.(types.String)
	before, _, _ := strings.Cut(text.ValueString(), "?")
	return before
}

func textOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}
