package diagnostics

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Message is an error or a warning that does not come from the client.
type Message int

// The messages. A comment names the values of their placeholders.
const (
	// The provider.
	MissingToken           Message = iota
	InvalidSetting                 // source, problem
	InvalidClient                  // problem
	InvalidProxy                   // problem
	UnexpectedProviderData         // type
	NotConfigured                  // action

	// Arguments.
	InvalidArgument   // path, rule, problem
	DatesReversed     // start, end
	NoMatch           // argument, value, among, others
	NoRows            // argument, value, among
	DirectoryUnusable // action, directory, problem

	// Exports.
	EmptyExport       // noun, token, check
	UnreadableExpiry  // noun, token
	LargeAttributes   // noun, token, limits
	ExpiredExport     // noun, expiry
	ExpiredURLs       // noun, expiry
	LostExport        // noun, token
	FailedExport      // noun, token, status, messages
	NotRefreshed      // noun, token
	InterruptedExport // noun, token
	InterruptedURLs   // noun, token
	NoURLs            // noun, token
	MarginTooLong     // validity, margin

	// Imports.
	ImportInvalidToken // noun
	ImportPending      // noun, token, status
	ImportNotCompared  // noun, names
	ImportOtherType    // noun, type, token

	// Downloads.
	DownloadWillFail    // token, expiry
	FilesChanged        // cause, token, expiry
	FilesChangedTooLate // cause, token, expiry
	FilesChangedUnknown // cause, token

	messages
)

const tooLate = "so that the state is unchanged and nothing is downloaded. "

// messageTexts are the texts of the messages.
var messageTexts = [messages]struct{ summary, detail string }{
	MissingToken: {
		"Missing Vantage API token",
		"Requests to the API require a token with the read scope. " +
			"Set the provider's api_token argument or the environment variable VANTAGE_API_TOKEN. " +
			"Create a token in the settings of the Vantage console, under API access tokens.",
	},
	InvalidSetting: {"Invalid {source}", "The {source} is invalid: {problem}."},
	InvalidClient:  {"Could not create the Vantage API client", "The configuration is invalid: {problem}."},
	InvalidProxy:   {"Invalid proxy in the environment", "Requests may fail: {problem}."},
	UnexpectedProviderData: {
		"Unexpected provider data",
		"The provider passed data of the type {type}, which this type cannot use. " +
			"This is a defect of the provider. Report it with the text above.",
	},
	NotConfigured: {
		"Could not {action}",
		"The provider configuration has values that are known only after apply, so no request can be sent. " +
			"Apply the resources of these values first (terraform apply -target=…), " +
			"or set the values with environment variables.",
	},

	InvalidArgument: {"Invalid {path}", "The value {rule}: {problem}."},
	DatesReversed: {
		"The dates are in the wrong order",
		"start_date {start} is after end_date {end}. Swap them, or omit one to use the default.",
	},
	NoMatch: {
		"No unit costs match {argument}",
		"No row {among} has {argument} = {value}, so unit_costs is empty. " +
			"Set one of these values, or another date range:\n\n{others}",
	},
	NoRows: {
		"No unit costs match {argument}",
		"No row {among} has {argument} = {value}, so unit_costs is empty. " +
			"The date range has no rows at all. Check cost_report_token, start_date and end_date.",
	},
	DirectoryUnusable: {
		"Could not {action}",
		"The directory {directory} is not writable: {problem}. Nothing was created or downloaded. " +
			"Set a directory that is writable or can be created.",
	},

	EmptyExport: {
		"The {noun} is empty",
		"The export {token} completed without files because there is nothing to export. {check}",
	},
	UnreadableExpiry: {
		"The expiry of the {noun} is unknown",
		"The API reports a valid_until of the export {token} that is not a time. " +
			"The export counts as valid for 48 hours after it was created.",
	},
	LargeAttributes: {
		"The attributes of the {noun} are too large",
		"The API reports attributes of the export {token} with more than {limits}. " +
			"They are not stored: attributes is null.",
	},
	ExpiredExport: {
		"The {noun} has expired",
		"{expiry} Its attributes are known, but its URLs no longer work. " + replaceExport,
	},
	ExpiredURLs: {
		"The URLs of the {noun} have expired",
		"{expiry} Its attributes are known, but its URLs no longer work. " + replaceExport,
	},
	LostExport: {
		"A {noun} no longer exists",
		"The API does not know the export {token}. It is removed from state, and the next apply creates a new export. " +
			"If you expect it to exist, check that the provider's host, the API token's account and the provider alias are " +
			"those that created it.",
	},
	FailedExport: {
		"A {noun} failed",
		"The API reports the final status {status} of the export {token}. " +
			"It is removed from state, and the next apply creates a new export.{messages}",
	},
	NotRefreshed: {
		"A {noun} was not refreshed",
		"The provider configuration contains values that are known only after apply, " +
			"so no request was sent for the export {token}. The plan is based on state.",
	},
	InterruptedExport: {
		"Interrupted while the {noun} was pending",
		"The export {token} is still running, and its token is in state. " +
			"The next apply resumes the wait and creates no other export.",
	},
	InterruptedURLs: {
		"Interrupted while the URLs of the {noun} were read",
		"The export {token} stays in state without its URLs. The next apply reads them.",
	},
	NoURLs: {
		"The {noun} has expired",
		"The export {token} has expired and has no URLs to store: manifest.files is an empty list. " +
			"To create a new export, apply with -replace and the resource's address, or change triggers.",
	},
	MarginTooLong: {
		"The renewal margin is too long",
		"The export and its URLs are valid for {validity}, and renew_before_expiry is {margin}. " +
			"Because every plan would create a new export, the export is renewed once it has expired. " +
			"Set a shorter margin to renew it earlier.",
	},

	ImportInvalidToken: {
		"Could not import {noun}",
		"The import ID is not the token of an export. " +
			"A token has letters, digits, underscores and hyphens, such as dta_xprt_964b2adb9bff37fb.",
	},
	ImportPending: {
		"Could not import {noun}",
		"The export {token} is pending (status {status}). " +
			"Most exports complete within about a minute. Run Terraform again to import it then.",
	},
	ImportNotCompared: {
		"Arguments of the imported {noun} could not be compared",
		"The API does not report {names} of the export. " +
			"State adopts the configured values without creating a new export. " +
			"A later change of these arguments creates a new export. " +
			"To create one now, apply with -replace and the resource's address.",
	},
	ImportOtherType: {
		"The imported export may not be a {noun}",
		"The API reports the export type {type} of the export {token}. If the export has another type than the resource, " +
			"remove it from state with terraform state rm, and import it with the resource of its type.",
	},

	DownloadWillFail: {
		"The download will fail",
		"The export {token} expired at {expiry}, and this plan downloads its files again. " + replaceExport,
	},
	FilesChanged: {
		"Downloaded files have changed",
		"{cause} The export {token} is valid until {expiry}. The next apply downloads its files again.",
	},
	FilesChangedTooLate: {
		"Downloaded files have changed",
		"{cause} The export {token} expired at {expiry}, " + tooLate + replaceExport,
	},
	FilesChangedUnknown: {
		"Downloaded files have changed",
		"{cause} The expiry of the export {token} is unknown, " + tooLate + replaceExport,
	},
}

// Error returns the message as an error.
func (m Message) Error(v Values) diag.Diagnostic {
	return diag.NewErrorDiagnostic(m.texts(v))
}

// ErrorAt returns the message as an error about an argument.
func (m Message) ErrorAt(at path.Path, v Values) diag.Diagnostic {
	summary, detail := m.texts(v)
	return diag.NewAttributeErrorDiagnostic(at, summary, detail)
}

// Warning returns the message as a warning.
func (m Message) Warning(v Values) diag.Diagnostic {
	return diag.NewWarningDiagnostic(m.texts(v))
}

// WarningAt returns the message as a warning about an argument.
func (m Message) WarningAt(at path.Path, v Values) diag.Diagnostic {
	summary, detail := m.texts(v)
	return diag.NewAttributeWarningDiagnostic(at, summary, detail)
}

func (m Message) texts(v Values) (summary, detail string) {
	return v.insert(messageTexts[m].summary), strings.TrimSpace(v.insert(messageTexts[m].detail))
}
