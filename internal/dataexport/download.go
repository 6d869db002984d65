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
func (o operation) fetch(
	ctx context.Context, data providerdata.Data, config DownloadPart, send func(string, ...any),
) (*vantage.DataExport, []exportfile.File, diag.Diagnostics) {
	directory, err := directoryOf(config.Directory)
	if err != nil {
		return nil, nil, diag.Diagnostics{o.errDirectory(directory, err)}
	}
	export, diags := o.await(ctx, data.Client, &vantage.DataExport{Token: config.Token.ValueString()}, send)
	if diags.HasError() || len(export.Manifest.Files) == 0 {
		return export, nil, diags
	}
	if expiredAsOf(export) {
		return export, nil, diag.Diagnostics{o.errExpired(export)}
	}
	files, diags := o.download(ctx, data.Files, export, directory, config.FilenamePrefix.ValueString(), send)
	return export, files, diags
}

// await waits for an export and reports progress. An export without files is a warning.
func (o operation) await(
	ctx context.Context, client *vantage.Client, export *vantage.DataExport, send func(string, ...any),
) (*vantage.DataExport, diag.Diagnostics) {
	export, err := client.WaitForDataExport(ctx, export, reportWait(send))
	if isExpiredStatus(err) {
		return export, diag.Diagnostics{o.errExpired(export)}
	}
	if err != nil {
		return export, diag.Diagnostics{o.failure(err)}
	}
	send("The status is %q, with %s.", export.Status, formatCount(len(export.Manifest.Files)))
	if len(export.Manifest.Files) == 0 {
		return export, diag.Diagnostics{o.warnNoFiles(export.Token)}
	}
	return export, nil
}

// download downloads the files of a completed export and reports progress.
func (o operation) download(
	ctx context.Context, downloader *exportfile.Downloader, export *vantage.DataExport, directory, prefix string,
	send func(string, ...any),
) ([]exportfile.File, diag.Diagnostics) {
	files, err := downloader.Download(ctx, export, exportfile.Target{
		Directory: directory, NamePrefix: prefix, OnProgress: reportDownload(send),
	})
	if err != nil {
		return files, diag.Diagnostics{o.errDownload(err, export, directory, len(files))}
	}
	var bytes int64
	for _, f := range files {
		bytes += f.Size
	}
	send("Downloaded %s of the export %s to %s (%s in all). The export is %s.",
		formatCount(len(files)), export.Token, directory, formatSize(bytes), formatValidity(export))
	return files, nil
}

func (o operation) errDirectory(directory string, err error) diag.Diagnostic {
	var e *exportfile.Error
	if errors.As(err, &e) {
		err = e.Err.Err
	}
	nothing := "Nothing was downloaded."
	if o.report != "" {
		nothing = "No export was created."
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("directory"), o.summary(), fmt.Sprintf(
		"The directory %s is not writable: %v. %s Set a directory that is writable or can be created.",
		directory, err, nothing))
}

func (o operation) errExpired(export *vantage.DataExport) diag.Diagnostic {
	return diag.NewErrorDiagnostic(o.summary(), expiredText(export, time.Now())+" Its files can no longer be downloaded. "+o.failed)
}

// errDownload describes which file failed and why, how many files are complete, and how to download the rest.
func (o operation) errDownload(err error, export *vantage.DataExport, directory string, complete int) diag.Diagnostic {
	o.verb = "download"
	var e *exportfile.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(o.summary(), err.Error())
	}
	hasExpired := isNotFound(e.Err.Err) || hasPassed(newExported(export).statedExpiry(), time.Now())
	if e.Err.Kind == vantage.Rejected && hasExpired {
		return o.errExpired(export)
	}
	cause, fix := o.fileFailure(e, directory)
	return diag.NewErrorDiagnostic(o.summary(), fmt.Sprintf(
		"%s Complete files in %s: %d of %d.\n\nThe export %s is completed and %s. %s",
		cause, directory, complete, len(export.Manifest.Files), export.Token, formatValidity(export), fix))
}

// fileFailure returns the cause of a failed download, and its fix.
func (o operation) fileFailure(e *exportfile.Error, directory string) (cause, fix string) {
	switch e.Err.Kind {
	case exportfile.PathTaken:
		return fmt.Sprintf("In this run, %v.", e.Err.Err), "Use one directory per export, or set `filename_prefix`. " +
			"Applying again without this change would replace the file."
	case exportfile.NotWritten:
		return fmt.Sprintf("The file %s cannot be written to %s: %v.", e.File, directory, e.Err.Err),
			"Check the free disk space, and that no directory has the name of the file. " + o.retryHint
	case vantage.Rejected:
		return fmt.Sprintf("The file server %s rejected the request for %s with %v.", e.Host, e.File, e.Err),
			"Check that the network and the proxy allow access to the file server. " + o.retryHint
	case vantage.TimedOut:
		return fmt.Sprintf("The timeout ended before %s was complete: %v.", e.File, e.Err),
			o.retryHint + " If needed, set a longer " + o.timeoutHint + "."
	case vantage.Interrupted:
		return fmt.Sprintf("The download was interrupted before %s was complete.", e.File), o.retryHint
	}
	return fmt.Sprintf("The file %s cannot be downloaded: %v.", e.File, e.Err),
		"Check whether a proxy changes the URL or the response. If not, contact Vantage's support. " + o.retryHint
}
