package dataexport

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/vantage"
)

// creatingResource is an operation whose errors taint the resource.
func (d Definition) creatingResource() operation {
	o := d.creating("Apply again", "")
	o.unfinished = "The export is still running and its token is in state. " +
		"Terraform has marked the resource as tainted: the next apply creates a new export. " +
		"To keep this export, fix the cause or set a longer `create` and `update` in the resource's timeouts block, " +
		"run `terraform untaint` with the resource's address, and apply again."
	o.failed = "Nothing is stored in state. " + o.failed
	return o
}

// resuming is the operation of waiting for an export that is pending in state.
func (d Definition) resuming() operation {
	o := d.creating("Apply again", "")
	o.verb = "finish"
	o.report = ""
	o.unfinished = "The export stays in state as pending. " +
		"Apply again to resume the wait, with a longer `update` in the resource's timeouts block if needed."
	o.failed = "The failed export stays in state until the next refresh removes it. " + o.failed
	return o
}

// fetching requests the URLs of a completed export.
func (d Definition) fetching() operation {
	return operation{
		verb: "read the URLs of the", noun: d.Noun,
		unfinished: "The export stays in state without its URLs. Fix the cause, then apply again.",
		failed:     "Apply again to create a new export.",
	}
}

func (d Definition) refreshing() operation {
	return operation{
		verb: "read", noun: d.Noun,
		unfinished: "State is unchanged. " +
			"Run Terraform again once the cause is fixed, or continue with -refresh=false. " +
			"A longer `read` in the resource's timeouts block takes effect once it has been applied.",
	}
}

func (d Definition) importing() operation {
	return operation{
		verb: "import", noun: d.Noun,
		unfinished: "Nothing was imported. Run Terraform again once the cause is fixed.",
		failed:     "An export that failed cannot be imported. Create the resource instead.",
		lost:       "Check the token in the import ID. If the export has expired, create the resource instead.",
	}
}

// errImportDiffers names the arguments that an imported export does not match.
func (d Definition) errImportDiffers(token string, different []change) diag.Diagnostic {
	var texts []string
	for _, c := range different {
		texts = append(texts, fmt.Sprintf("%s is %s in the configuration and %s in the export",
			c.name, c.after, vantage.Shown(c.before.String())))
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(different[0].name),
		"The imported "+d.Noun+" does not match the configuration",
		fmt.Sprintf("The export %s has completed: %s. "+
			"State holds the values of the export, and the next apply replaces it. "+
			"To keep the export, change the configuration.", token, strings.Join(texts, "; ")))
}

// warnAdopted names the arguments that are adopted from the configuration. Nothing is reported of a pending export yet.
func (d Definition) warnAdopted(names []string, pending bool) diag.Diagnostic {
	text := fmt.Sprintf("The API does not report %s of the export. "+
		"State adopts the configured values without creating a new export. "+
		"A later change of these arguments creates a new export. "+
		"To create one now, apply with -replace and the resource's address.", strings.Join(names, ", "))
	if pending {
		text += " The export is pending: the arguments that the API reports are compared once it completes."
	}
	return diag.NewWarningDiagnostic("Arguments of the imported "+d.Noun+" could not be compared", text)
}

// warnImported warns about an imported export that has expired, or seems to have another export type.
func (d Definition) warnImported(export *vantage.DataExport) (diags diag.Diagnostics) {
	if expiredAsOf(export) {
		diags.AddWarning("The "+d.Noun+" has expired", expiredText(export)+" Its URLs no longer work. "+newExportHint)
	}
	if export.ExportType != "" && !strings.HasPrefix(strings.ToLower(export.ExportType), d.ExportType) {
		diags.AddWarning("The imported export may not be a "+d.Noun, fmt.Sprintf("The API reports the export type %q of the "+
			"export %s. If the export has another type than the resource, remove it from state with terraform state rm, "+
			"and import it with the resource of its type.", export.ExportType, export.Token))
	}
	return diags
}

func (d Definition) warnNotRefreshed(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A "+d.Noun+" was not refreshed",
		"The provider configuration contains values that are known only after apply, so no request was sent for the export "+
			token+". The plan is based on state.")
}

func (d Definition) warnInterrupted(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Interrupted while the "+d.Noun+" was pending",
		"The export "+token+" is still running, and its token is in state. "+
			"The next apply resumes the wait and creates no other export.")
}

func (d Definition) warnLost(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A "+d.Noun+" no longer exists",
		"The export "+token+" no longer exists. "+
			"It is removed from state, and the next apply creates a new export.")
}

func (d Definition) warnFailed(e *vantage.DataExport) diag.Diagnostic {
	text := fmt.Sprintf("The API reports the final status %q of the export %s. "+
		"It is removed from state, and the next apply creates a new export.", e.Status, e.Token)
	if len(e.Messages) > 0 {
		text += fmt.Sprintf("\n\nThe API reported: %q", strings.Join(e.Messages, "; "))
	}
	return diag.NewWarningDiagnostic("A "+d.Noun+" failed", text)
}

func (d Definition) warnNoURLs(token string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("store_file_urls"), "The "+d.Noun+" has expired",
		"The export "+token+" has expired and has no URLs to store: manifest.files is an empty list. "+
			"To create a new export, apply with -replace and the resource's address, or change triggers.")
}

func warnMarginTooLong(margin string, validity time.Duration) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("renew_before_expiry"), "The renewal margin is too long",
		fmt.Sprintf("The export and its URLs are valid for %s, and renew_before_expiry is %s. "+
			"Because every plan would create a new export, the export is renewed once it has expired. "+
			"Set a shorter margin to renew it earlier.", validity, margin))
}
