package dataexport

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// exported is what the API reports of an export.
type exported struct {
	ID         types.String  `tfsdk:"id"`
	Token      types.String  `tfsdk:"token"`
	Status     types.String  `tfsdk:"status"`
	CreatedAt  types.String  `tfsdk:"created_at"`
	ExportType types.String  `tfsdk:"export_type"`
	Manifest   types.Object  `tfsdk:"manifest"`
	Attributes types.Dynamic `tfsdk:"attributes"`
}

// ResourcePart is what the resources of all export types have in addition to the arguments of the export type.
type ResourcePart struct {
	exported
	Triggers          types.Map    `tfsdk:"triggers"`
	WaitForCompletion types.Bool   `tfsdk:"wait_for_completion"`
	StoreFileURLs     types.Bool   `tfsdk:"store_file_urls"`
	RenewBeforeExpiry types.String `tfsdk:"renew_before_expiry"`
	Timeouts          types.Object `tfsdk:"timeouts"`
}

// Part returns the part of the model that embeds it.
func (p *ResourcePart) Part() *ResourcePart { return p }

// DataSourcePart is what the data sources of all export types have in addition to the arguments of the export type.
type DataSourcePart struct {
	exported
	Timeouts types.Object `tfsdk:"timeouts"`
}

// Part returns the part of the model that embeds it.
func (p *DataSourcePart) Part() *DataSourcePart { return p }

// ActionPart is what the actions of all export types have in addition to the arguments of the export type.
type ActionPart struct {
	Directory types.String `tfsdk:"directory"`
	Timeouts  types.Object `tfsdk:"timeouts"`
}

// Part returns the part of the model that embeds it.
func (p *ActionPart) Part() *ActionPart { return p }

// setCompleted stores a completed export. Of an export that was completed before, only the URLs are new.
func (p *ResourcePart) setCompleted(e *vantage.DataExport) {
	fresh := newExported(e).withFileURLs(p.StoreFileURLs)
	if p.isCompleted() {
		p.Manifest = withURLsOf(p.Manifest, fresh.Manifest)
		return
	}
	p.exported = fresh
}

var manifestTypes = map[string]attr.Type{
	"files":            types.ListType{ElemType: types.StringType},
	"completed_at":     types.StringType,
	"valid_until":      types.StringType,
	"urls_valid_until": types.StringType,
}

// newExported converts an export. Values that the API does not report are null. An export without a manifest is
// pending, whatever its status.
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

// setUnknown plans an export that is yet to be created or polled.
func (p *ResourcePart) setUnknown(token types.String) {
	p.exported = exported{
		ID:         token,
		Token:      token,
		Status:     types.StringUnknown(),
		CreatedAt:  types.StringUnknown(),
		ExportType: types.StringUnknown(),
		Manifest:   unknownManifest(),
		Attributes: types.DynamicUnknown(),
	}.withFileURLs(p.StoreFileURLs)
}

// unknownManifest is a known object with unknown values. If the object were unknown, Terraform would not see that its
// files are sensitive, and would reject an output of it only after the export was created.
func unknownManifest() types.Object {
	unknown := types.StringUnknown()
	return newManifest(types.ListUnknown(types.StringType), unknown, unknown, unknown)
}

func manifestValue(m *vantage.Manifest) types.Object {
	if m == nil {
		null := types.StringNull()
		return newManifest(types.ListNull(types.StringType), null, null, null)
	}
	urlsValidUntil := ""
	if !m.URLsValidUntil.IsZero() {
		urlsValidUntil = m.URLsValidUntil.UTC().Format(time.RFC3339)
	}
	return newManifest(
		fileURLs(m.Files), textOrNull(m.CompletedAt), textOrNull(m.ValidUntil), textOrNull(urlsValidUntil))
}

func newManifest(files types.List, completedAt, validUntil, urlsValidUntil types.String) types.Object {
	return types.ObjectValueMust(manifestTypes, map[string]attr.Value{
		"files":            files,
		"completed_at":     completedAt,
		"valid_until":      validUntil,
		"urls_valid_until": urlsValidUntil,
	})
}

func fileURLs(urls []string) types.List {
	values := make([]attr.Value, len(urls))
	for i, url := range urls {
		values[i] = types.StringValue(url)
	}
	return types.ListValueMust(types.StringType, values)
}

func textOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// isCompleted reports whether state has the export as completed.
func (e exported) isCompleted() bool {
	return strings.EqualFold(e.Status.ValueString(), vantage.StatusCompleted)
}

// missingFileURLs reports whether the export is completed and its URLs are to be stored, but are not in state.
func (e exported) missingFileURLs(store types.Bool) bool {
	return e.isCompleted() && e.Manifest.Attributes()["files"].IsNull() && store.ValueBool()
}

// withFileURLs returns the export as state stores it: without the URLs of its files if they are not to be stored.
func (e exported) withFileURLs(store types.Bool) exported {
	if store.Equal(types.BoolValue(false)) {
		e = e.withoutFileURLs()
	}
	return e
}

func (e exported) withoutFileURLs() exported {
	e.Manifest = withMember(e.Manifest, "files", types.ListNull(types.StringType))
	return e
}

// withURLsOf returns a manifest with the URLs of another manifest.
func withURLsOf(manifest, other types.Object) types.Object {
	for _, name := range []string{"files", "urls_valid_until"} {
		manifest = withMember(manifest, name, other.Attributes()[name])
	}
	return manifest
}

func withMember(manifest types.Object, name string, value attr.Value) types.Object {
	members := manifest.Attributes() // a copy
	members[name] = value
	return types.ObjectValueMust(manifestTypes, members)
}

// The keys of private state, which holds what belongs to neither the configuration nor the export. It changes only when
// state changes.
const (
	acceptedAtKey = "accepted_at" // the time when the API accepted the export
	importedKey   = "imported"    // set by an import until the first update
)

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func isImported(ctx context.Context, private privateReader, diags *diag.Diagnostics) bool {
	value, d := private.GetKey(ctx, importedKey)
	diags.Append(d...)
	return len(value) > 0
}

func saveAcceptedAt(ctx context.Context, private privateWriter, at time.Time) diag.Diagnostics {
	text, _ := json.Marshal(at.UTC()) // cannot fail for a time of this century
	return private.SetKey(ctx, acceptedAtKey, text)
}

// acceptedAtOf returns when the API accepted the export. It is zero for an imported export.
func acceptedAtOf(ctx context.Context, private privateReader, diags *diag.Diagnostics) (at time.Time) {
	text, d := private.GetKey(ctx, acceptedAtKey)
	diags.Append(d...)
	if json.Unmarshal(text, &at) != nil {
		return time.Time{}
	}
	return at
}
