package dataexport

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/vantage"
)

// What downloads knows of files, so its errors have more to say than those of the other surfaces.

func (o operation) errDirectory(directory string, err error) diag.Diagnostic {
	var e *vantage.Error
	if errors.As(err, &e) && e.Err != nil {
		err = e.Err
	}
	nothing := "Nothing was downloaded."
	if o.report != "" {
		nothing = "No export was made."
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("directory"), o.summary(), fmt.Sprintf(
		"Files cannot be written to %s: %v. %s Name a directory that is writable, or can be made.", directory, err, nothing))
}

// errDownload says which file failed and why, what was written all the same, and how the rest can be had.
func (o operation) errDownload(
	err error, export *vantage.DataExport, directory string, written []vantage.File,
) diag.Diagnostic {
	o.verb = "download"
	var e *vantage.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(o.summary(), err.Error())
	}
	happened, next := o.fileFailure(e, directory)
	if e.LastFailure != nil {
		happened += fmt.Sprintf(" The last failure before: %v.", e.LastFailure)
	}
	kept := "No file was written."
	if len(written) > 0 {
		kept = fmt.Sprintf("Already in %s, in full: %s. Nothing is left there of the others.",
			directory, strings.Join(formatFiles(written), ", "))
	}
	left := fmt.Sprintf("The export %s is completed and %s. The data source vantage_data_export with `token = %q` "+
		"gives the "+
		"URLs of its files. %s", export.Token, validity(export), export.Token, o.retryHint)
	said := slices.DeleteFunc([]string{happened, kept, next, left}, func(s string) bool { return s == "" })
	return diag.NewErrorDiagnostic(o.summary(), strings.Join(said, "\n\n"))
}

// fileFailure returns what happened to the file, and what to do about it.
func (o operation) fileFailure(e *vantage.Error, directory string) (happened, next string) {
	switch e.Kind {
	case vantage.NotWritten:
		return fmt.Sprintf("%s could not be written to %s: %v.", e.File, directory, e.Err),
			"See that there is room, and that nothing else has the name of the file."
	case vantage.Rejected:
		status := strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode)))
		if e.Err != nil {
			return fmt.Sprintf("The server of %s answers with %s, and %v.", e.File, status, e.Err), ""
		}
		return fmt.Sprintf("The server of %s answers with %s, and the API has no URL that it takes.", e.File, status),
			"If it stays so, the status is for Vantage's support."
	case vantage.TimedOut:
		return fmt.Sprintf("The time allowed ran out before %s was there in full%s.", e.File, because(e)),
			"Set a longer " + o.timeoutHint + "."
	case vantage.Interrupted:
		return fmt.Sprintf("Interrupted before %s was there in full.", e.File), ""
	}
	return fmt.Sprintf("%s cannot be downloaded: %v.", e.File, e.Err),
		"Such a URL is for Vantage's support, unless it was changed on the way."
}

func because(e *vantage.Error) string {
	if e.Err == nil {
		return ""
	}
	return fmt.Sprintf(": %v", e.Err)
}

// formatFiles returns the names of files with their sizes, not too many of them.
func formatFiles(files []vantage.File) []string {
	const most = 20
	var out []string
	for i, f := range files {
		if i == most {
			return append(out, fmt.Sprintf("%d more", len(files)-most))
		}
		out = append(out, fmt.Sprintf("%s (%s)", f.Name, formatSize(f.Size)))
	}
	return out
}
