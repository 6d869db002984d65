package dataexport

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-vantage/internal/vantage"
)

// The operations of the resource, with what its state keeps after each kind of failure.

func (r *Resource) creating() operation {
	o := r.definition.operation("create")
	o.creates = true
	o.timedOut = func(token string) string {
		return tainted(token, "set a longer `create` and `update` in the resource's timeouts block")
	}
	o.refused = func(token string) string { return tainted(token, "mend the cause") }
	o.failed = "Nothing of it is kept. Apply again to have another one made; if that fails too, the server's words " +
		"and the " +
		"report in the Vantage console tell more."
	return o
}

// tainted says how to keep an export after an error in Create, by which Terraform taints the resource.
func tainted(token, first string) string {
	return fmt.Sprintf("The export %s goes on at the server and its token is in the state, but Terraform has marked the "+
		"resource as tainted. To keep this export, %s, run `terraform untaint` with the resource's address, and apply "+
		"again: "+
		"that waits for the same export. Without untaint the next apply makes a new one.", token, first)
}

func (r *Resource) resuming() operation {
	o := r.definition.operation("finish")
	o.timedOut = func(token string) string {
		return fmt.Sprintf("The export %s goes on at the server and stays in the state. Apply again to wait on, with a "+
			"longer "+
			"`update` in the resource's timeouts block if need be.", token)
	}
	o.refused = func(token string) string {
		return fmt.Sprintf("The export %s stays in the state as pending. Once the cause is mended, apply again: that "+
			"waits for "+
			"the same export.", token)
	}
	o.failed = "It stays in the state until the next refresh takes it out. Apply again to have another one made; if " +
		"that fails " +
		"too, the server's words and the report in the Vantage console tell more."
	return o
}

// fetching is about the URLs of a completed export.
func (r *Resource) fetching() operation {
	o := r.definition.operation("read the URLs of the")
	kept := func(token string) string {
		return fmt.Sprintf("The export %s stays in the state without its URLs. Once the cause is mended, apply again.", token)
	}
	o.timedOut, o.refused = kept, kept
	o.failed = "Apply again to have another one made."
	return o
}

func (r *Resource) refreshing() operation {
	o := r.definition.operation("read")
	o.timedOut = func(string) string {
		return "The state is unchanged. Run Terraform again when the API answers, or go on from the state with " +
			"-refresh=false. " +
			"A longer `read` in the resource's timeouts block counts once it has been applied, with -refresh=false."
	}
	return o
}

func (r *Resource) importing() operation {
	o := r.definition.operation("import")
	o.timedOut = func(string) string { return "Nothing was imported. Run Terraform again when the API answers." }
	o.failed = "An export that has failed has nothing to import. Create the resource to have another one made."
	return o
}

// checkKind warns where the API plainly calls an imported export one of another kind.
func (r *Resource) checkKind(export *vantage.DataExport) diag.Diagnostics {
	other, ok := r.definitions.of(export.ExportType)
	if !ok || other.Name == r.definition.Name {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("The imported export seems to be of another kind",
		fmt.Sprintf("The API calls the export %s a %q: that is a %s, which the resource vantage_%s is for. It was "+
			"imported as "+
			"a %s all the same.", export.Token, export.ExportType, other.Noun, other.Name, r.definition.Noun))}
}

func (r *Resource) warnNotRefreshed(token string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A "+r.definition.Noun+" was not refreshed",
		fmt.Sprintf("The provider's configuration holds values that are known only after the apply, so the API could not be "+
			"asked about the export %s. The plan rests on what the state says of it.", token))
}

func (r *Resource) warnFailed(e *vantage.DataExport) diag.Diagnostic {
	text := fmt.Sprintf("The export %s has ended at the server with the status %q and is taken out of the state. The "+
		"next "+
		"apply makes another one.", e.Token, e.Status)
	if len(e.Messages) > 0 {
		text += "\n\nThe server says: " + strings.Join(e.Messages, "; ")
	}
	return diag.NewWarningDiagnostic("A "+r.definition.Noun+" failed", text)
}

func (r *Resource) warnExpired(token string, until time.Time) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The "+r.definition.Noun+" has expired",
		fmt.Sprintf("The URLs of the files of the export %s expired at %s. To have a new export made, apply with "+
			"-replace or "+
			"change triggers; with renew_before_expiry it is renewed by itself.", token, until.Format(time.RFC3339)))
}

const marginTooLong = "With a renew_before_expiry as long as an export is valid, here %s, every plan would replace " +
	"the " +
	"export by a new one. Set a shorter one; to destroy all the same, use -refresh=false."

func errMarginTooLong(life time.Duration) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("renew_before_expiry"), "The margin for renewal is too long",
		fmt.Sprintf(marginTooLong, life))
}

func warnMarginTooLong(life time.Duration) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("renew_before_expiry"), "The margin for renewal is too long",
		fmt.Sprintf(marginTooLong+" As it is, the next plan fails.", life))
}
