package dataexport

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

// DownloadPart has the arguments of the resource and the action that download an existing export.
type DownloadPart struct {
	Token          types.String `tfsdk:"token"`
	Directory      types.String `tfsdk:"directory"`
	FilenamePrefix types.String `tfsdk:"filename_prefix"`
}

func downloadAttributes(note string) map[string]schema.StringAttribute {
	return map[string]schema.StringAttribute{
		"token":     tokenAttribute(note),
		"directory": directoryAttribute(true, note),
		"filename_prefix": {
			Optional: true,
			MarkdownDescription: "Prefix of the file names, which separates exports in one directory. " +
				"Up to 40 letters, digits, `_`, `-` and `.`. Defaults to none." + note,
			Validators: argument.Matching(regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}$`),
				"must have up to 40 letters, digits, underscores, hyphens and dots, and must not start with a hyphen or a dot"),
		},
	}
}

// directoryAttribute returns the directory that files are downloaded to.
func directoryAttribute(required bool, note string) schema.StringAttribute {
	return schema.StringAttribute{
		Required: required,
		Optional: !required,
		MarkdownDescription: "Directory on the machine that runs Terraform. A missing directory is created, readable only " +
			"by you. Files of the same name are replaced." + note,
		Validators: slices.Concat(argument.NotEmpty(), argument.Matching(regexp.MustCompile(`^([^~]|$)`),
			`must not start with "~", which Terraform does not expand; use pathexpand("~/exports")`),
			argument.Matching(regexp.MustCompile(`^\P{Cc}*$`), "must not have control characters")),
	}
}

// directoryOf returns the absolute path of a directory that files can be written to, or "" without an argument.
func directoryOf(configured types.String) (string, error) {
	directory := configured.ValueString()
	if directory == "" {
		return "", nil
	}
	if absolute, err := filepath.Abs(directory); err == nil {
		directory = absolute
	}
	return directory, exportfile.PrepareDirectory(directory)
}

// fetch waits for an existing export and downloads its files. An export without files is a warning.
func fetch(
	ctx context.Context, data providerdata.Data, op diagnostics.Operation, config DownloadPart,
	send func(string, ...any),
) (*vantage.DataExport, []exportfile.File, diag.Diagnostics) {
	directory, err := directoryOf(config.Directory)
	if err != nil {
		return nil, nil, diag.Diagnostics{errDirectory(op, diagnostics.Existing, directory, err)}
	}
	known := &vantage.DataExport{Token: config.Token.ValueString()}
	export, diags := await(ctx, data.Client, op, diagnostics.Existing, known, send)
	if diags.HasError() || len(export.Manifest.Files) == 0 {
		return export, nil, diags
	}
	if expiry, ok := expiryOf(export, export.AsOf); ok {
		return export, nil, append(diags, diagnostics.Expired(op, diagnostics.Existing, expiry))
	}
	prefix := config.FilenamePrefix.ValueString()
	files, more := download(ctx, data.Files, op, diagnostics.Existing, export, directory, prefix, send)
	return export, files, append(diags, more...)
}

// await waits for an export and reports progress. An export without files is a warning.
func await(
	ctx context.Context, client *vantage.Client, op diagnostics.Operation, subject diagnostics.Subject,
	export *vantage.DataExport, send func(string, ...any),
) (*vantage.DataExport, diag.Diagnostics) {
	export, err := client.WaitForDataExport(ctx, export, reportWait(send))
	if isExpiredStatus(err) {
		return export, diag.Diagnostics{diagnostics.Expired(op, subject, diagnostics.Expiry{Token: export.Token})}
	}
	if err != nil {
		return export, diag.Diagnostics{diagnostics.Failure(op, subject, err)}
	}
	send("The status is %q, with %s.", export.Status, formatCount(len(export.Manifest.Files)))
	return export, warnCompleted(subject, export)
}

// download downloads the files of a completed export and reports progress.
func download(
	ctx context.Context, downloader *exportfile.Downloader, op diagnostics.Operation, subject diagnostics.Subject,
	export *vantage.DataExport, directory, prefix string, send func(string, ...any),
) ([]exportfile.File, diag.Diagnostics) {
	files, err := downloader.Download(ctx, export, exportfile.Target{
		Directory: directory, NamePrefix: prefix, OnProgress: reportDownload(send),
	})
	if err != nil {
		return files, diag.Diagnostics{errDownload(op, subject, err, export, directory, len(files))}
	}
	var bytes int64
	for _, f := range files {
		bytes += f.Size
	}
	send("Downloaded %s of the export %s to %s (%s in all). The export is %s.",
		formatCount(len(files)), export.Token, directory, formatSize(bytes), formatValidity(export))
	return files, nil
}

func errDirectory(
	op diagnostics.Operation, subject diagnostics.Subject, directory string, err error,
) diag.Diagnostic {
	var e *exportfile.Error
	if errors.As(err, &e) {
		err = e.Err.Err
	}
	return diagnostics.DirectoryUnusable.ErrorAt(path.Root("directory"), diagnostics.Values{
		"action": op.Action(subject), "directory": directory, "problem": fmt.Sprint(err),
	})
}

// errDownload describes which file failed and why. A rejection after the expiry is due to it.
func errDownload(
	op diagnostics.Operation, subject diagnostics.Subject, err error, export *vantage.DataExport, directory string,
	complete int,
) diag.Diagnostic {
	var e *exportfile.Error
	if !errors.As(err, &e) {
		return diagnostics.Failure(op, subject, err)
	}
	rejected := e.Err.Kind == vantage.Rejected
	if expiry, ok := expiryOf(export, time.Now()); rejected && ok {
		return diagnostics.Expired(op, subject, expiry)
	}
	if rejected && isNotFound(e.Err.Err) { // the request for fresh URLs
		return diagnostics.Failure(op, subject, e.Err.Err)
	}
	return diagnostics.Incomplete(op, subject, e, diagnostics.Download{
		Directory: directory, Complete: complete, Count: len(export.Manifest.Files),
		Token: export.Token, Validity: formatValidity(export),
	})
}
