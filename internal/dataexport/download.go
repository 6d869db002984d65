package dataexport

import (
	"context"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/vantage"
)

// What all surfaces that download have in common: they find a directory, wait for an export, and download its files.

// directoryAttribute is where the files go.
func directoryAttribute(required bool, byDefault string) schema.StringAttribute {
	return schema.StringAttribute{
		Required: required,
		Optional: !required,
		MarkdownDescription: "Directory on the machine that runs Terraform to download the files to. It is made where it " +
			"is " +
			"missing. The files are named as in their URLs, and a file that has the name already is replaced once the new one " +
			"is there in full. What is made can be read by the user alone." + byDefault,
		Validators: argument.NotEmpty(),
	}
}

// directoryOf returns the absolute path of a directory that files can be written to, or "" when none is given. A
// relative path would say little in a message that is read later.
func directoryOf(argument types.String) (string, error) {
	directory := argument.ValueString()
	if directory == "" {
		return "", nil
	}
	if absolute, err := filepath.Abs(directory); err == nil {
		directory = absolute
	}
	return directory, vantage.PrepareDirectory(directory)
}

// await waits for an export and says how that goes. An export without files is a warning.
func (o operation) await(
	ctx context.Context, client *vantage.Client, export *vantage.DataExport, send func(string, ...any),
) (*vantage.DataExport, diag.Diagnostics) {
	onProgress, stop := reportWait(ctx, export.Token, send)
	export, err := client.WaitForDataExport(ctx, export, onProgress)
	stop()
	if err != nil {
		return export, diag.Diagnostics{o.failure(err)}
	}
	send("The status is %q, with %s.", export.Status, formatCount(len(export.Manifest.Files)))
	if len(export.Manifest.Files) == 0 {
		return export, diag.Diagnostics{o.warnNoFiles(export.Token)}
	}
	return export, nil
}

// download downloads the files of a completed export and says how that goes.
func (o operation) download(
	ctx context.Context, client *vantage.Client, export *vantage.DataExport, directory string, send func(string, ...any),
) ([]vantage.File, diag.Diagnostics) {
	written, err := client.Download(ctx, export, directory, reportDownload(send))
	if err != nil {
		return written, diag.Diagnostics{o.errDownload(err, export, directory, written)}
	}
	send("Downloaded %s of the export %s to %s (%s in all). The export is %s.",
		formatCount(len(written)), export.Token, directory, formatTotal(written), validity(export))
	return written, nil
}

// existing is the operation of a surface that downloads an export which exists.
func existing(longer, again string) operation {
	o := waiting("download")
	o.unfinished = "The export is still running. " + again + " Set a longer " + longer + " if needed."
	o.timeoutHint, o.retryHint = longer, again
	return o
}

// fetch waits for an export and downloads its files. Whether these can be written is found out first.
func (o operation) fetch(
	ctx context.Context, client *vantage.Client, known vantage.DataExport, where types.String, send func(string, ...any),
) ([]vantage.File, diag.Diagnostics) {
	directory, err := directoryOf(where)
	if err != nil {
		return nil, diag.Diagnostics{o.errDirectory(directory, err)}
	}
	export, diags := o.await(ctx, client, &known, send)
	if diags.HasError() || len(export.Manifest.Files) == 0 {
		return nil, diags
	}
	return o.download(ctx, client, export, directory, send)
}
