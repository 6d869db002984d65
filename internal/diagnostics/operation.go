package diagnostics

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/vantage"
)

// Operation is what a diagnostic says could not be done.
type Operation int

// The operations.
const (
	CreateResource Operation = iota
	CreateDataSource
	CreateAction
	Resume
	FetchURLs
	Refresh
	Import
	ReadExisting
	OpenExisting
	DownloadResource
	DownloadAction
	DownloadCreated
	ReadUnitCosts
	operations
)

// outcome is what an operation that failed leaves behind.
type outcome int

const (
	none           outcome = iota
	nothingCreated         // no export exists
	perhapsCreated         // exports may exist whose tokens are unknown
	pending                // the export is still running, or completed but not read
	failed                 // the export has failed
	lost                   // the API does not know the export
	interrupted            // while the export is running
	expired                // the export or its URLs have expired
	incomplete             // files are missing
	outcomes
)

const (
	stillRunning = "The export is still running. "
	nothing      = "No export was created."
	perhaps      = "{unconfirmed}, because the outcome of the requests is unknown. " +
		"Exports expire; there is nothing to clean up."
	checkReport = " If that fails too, check the report in the Vantage console."
	unknown     = "The API does not know the export. "
	noExport    = "The export does not exist: it has expired, or the token is mistyped. Check the token. "
	files       = "Complete files in {directory}: {complete} of {count}.\n\n" +
		"The export {token} is completed and {validity}. {remedy} "
	invokeAgain = "Terraform does not repeat a triggered action: invoke it with `terraform apply -invoke` and its address"
	readAnother = stillRunning + "A new run creates another export. " +
		"To use this export, read the data source vantage_data_export with its token."
)

// texts are the texts of each operation: what could not be done, the timeout that bounds it, and for each outcome what
// to do next. An operation has no text for an outcome that it cannot have.
var texts = [operations]struct {
	action, timeout string
	outcomes        [outcomes]string
}{
	CreateResource: {
		action: "create {noun}", timeout: "`create` in the resource's timeouts block",
		outcomes: [outcomes]string{
			nothingCreated: nothing,
			perhapsCreated: perhaps,
			pending: "The export is still running and its token is in state. " +
				"Terraform has marked the resource as tainted: the next apply creates a new export. " +
				"To keep this export, run `terraform untaint` with the resource's address, and apply again, " +
				"with a longer `update` in the resource's timeouts block if needed.",
			failed: "Nothing is stored in state. Apply again to create a new export." + checkReport,
			lost:   unknown + "Apply again to create a new export.",
		},
	},
	CreateDataSource: {
		action: "create {noun}", timeout: "`read` in the timeouts block",
		outcomes: [outcomes]string{
			nothingCreated: nothing,
			perhapsCreated: perhaps,
			pending:        readAnother,
			failed:         "Run Terraform again to create a new export." + checkReport,
			lost:           unknown + "Run Terraform again to create a new export.",
			interrupted:    readAnother,
			expired:        "Run Terraform again to create a new export.",
		},
	},
	CreateAction: {
		action: "create {noun}", timeout: "`invoke` in the action's timeouts block",
		outcomes: [outcomes]string{
			nothingCreated: nothing + " " + invokeAgain + ".",
			perhapsCreated: perhaps + " " + invokeAgain + ".",
			pending:        readAnother + " " + invokeAgain + " to create a new export.",
			failed:         invokeAgain + " to create a new export." + checkReport,
			lost:           unknown + invokeAgain + " to create a new export.",
			interrupted:    readAnother + " " + invokeAgain + " to create a new export.",
			expired:        invokeAgain + " to create a new export.",
		},
	},
	Resume: {
		action: "finish {noun}", timeout: "`update` in the resource's timeouts block",
		outcomes: [outcomes]string{
			pending: "The export stays in state as pending. Apply again to resume the wait.",
			failed: "The failed export stays in state until the next refresh removes it. " +
				"Apply again to create a new export." + checkReport,
			lost: unknown + "Apply again to create a new export.",
		},
	},
	FetchURLs: {
		action: "read the URLs of the {noun}", timeout: "`update` in the resource's timeouts block",
		outcomes: [outcomes]string{
			pending: "The export stays in state without its URLs. Fix the cause, then apply again.",
			failed:  "The export stays in state without its URLs. " + replaceExport,
		},
	},
	Refresh: {
		action:  "read {noun}",
		timeout: "`read` in the resource's timeouts block, which takes effect once it has been applied",
		outcomes: [outcomes]string{
			pending: "State is unchanged. " +
				"Run Terraform again once the cause is fixed, or continue with -refresh=false.",
			interrupted: "State is unchanged. Run Terraform again.",
		},
	},
	Import: {
		action: "import {noun}",
		outcomes: [outcomes]string{
			pending:     "Nothing was imported. Run Terraform again once the cause is fixed.",
			failed:      "An export that failed cannot be imported. Create the resource instead.",
			lost:        unknown + "Check the token in the import ID. If the export has expired, create the resource instead.",
			interrupted: "Nothing was imported. Run Terraform again.",
		},
	},
	ReadExisting: {
		action: "read {noun}", timeout: "`read` in the timeouts block",
		outcomes: [outcomes]string{
			pending:     stillRunning + "Run Terraform again to resume the wait.",
			failed:      replaceExport,
			lost:        noExport + replaceExport + " {hint}",
			interrupted: stillRunning + "Run Terraform again to resume the wait.",
		},
	},
	OpenExisting: {
		action: "open {noun}", timeout: "`open` in the timeouts block",
		outcomes: [outcomes]string{
			pending:     stillRunning + "Run Terraform again to resume the wait.",
			failed:      replaceExport,
			lost:        noExport + opened + " {hint}",
			interrupted: stillRunning + "Run Terraform again to resume the wait.",
			expired:     opened,
		},
	},
	DownloadResource: {
		action: "download {noun}", timeout: "`create` in the resource's timeouts block",
		outcomes: [outcomes]string{
			pending:     stillRunning + "Apply again to download the files.",
			failed:      replaceExport,
			lost:        noExport + replaceExport + " {hint}",
			interrupted: stillRunning + "Apply again to download the files.",
			expired:     "Its files can no longer be downloaded. " + replaceExport,
			incomplete:  files + "Apply again to download the files.",
		},
	},
	DownloadAction: {
		action: "download {noun}", timeout: "`invoke` in the action's timeouts block",
		outcomes: [outcomes]string{
			pending:     stillRunning + invokeAgain + ".",
			failed:      replaceExport,
			lost:        noExport + replaceExport + " {hint}",
			interrupted: stillRunning + invokeAgain + ".",
			expired:     "Its files can no longer be downloaded. " + replaceExport,
			incomplete:  files + invokeAgain + ".",
		},
	},
	DownloadCreated: {
		action: "download {noun}", timeout: "`invoke` in the action's timeouts block",
		outcomes: [outcomes]string{
			lost:    unknown + invokeAgain + " to create a new export.",
			expired: "Its files can no longer be downloaded. " + invokeAgain + " to create a new export.",
			incomplete: files + "Download them with the action vantage_data_export_download. " +
				"Another invocation of this action creates another export.",
		},
	},
	ReadUnitCosts: {
		action: "read unit costs", timeout: "`read` in the timeouts block",
	},
}

const opened = "Each plan and each destroy opens the ephemeral resource, and fails until the export is replaced: " +
	"apply with `-replace` and the address of the export's resource. To renew it in time from then on, set its " +
	"`renew_before_expiry`, which has no effect while plans fail. `terraform destroy -refresh=false` destroys it."

func (op Operation) summary(s Subject) string { return "Could not " + op.Action(s) }

// creates reports whether the operation starts with a request that creates an export.
func (op Operation) creates() bool { return texts[op].outcomes[nothingCreated] != "" }

// outcomeOf returns what an operation leaves behind that failed with an error of the client.
func outcomeOf(op Operation, e *vantage.Error) outcome {
	switch {
	case e.Kind == vantage.ExportFailed:
		return failed
	case e.Token == "" && e.Unconfirmed > 0:
		return perhapsCreated
	case e.Token == "" && op.creates():
		return nothingCreated
	case e.Token == "":
		return none
	case e.NotFound():
		return lost
	case e.Kind == vantage.Interrupted:
		return interrupted
	}
	return pending
}

// NotConfigured is the error of an operation without a client.
func (op Operation) NotConfigured(s Subject) diag.Diagnostic {
	return NotConfigured.Error(Values{"action": op.Action(s)})
}

// Action says what could not be done, such as "create unit cost export".
func (op Operation) Action(s Subject) string {
	return strings.ReplaceAll(texts[op].action, "{noun}", s.Noun)
}
