package contract

import (
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
)

// gap is a place where the vendor's description is known to be wrong or silent.
type gap struct {
	name string
	// reason says how it is known.
	reason string
	// fill amends the description.
	fill func(*openapi3.T)
}

// gaps returns all known gaps of the description. A test shows of each that it is still needed.
func gaps() []gap {
	return []gap{
		{
			name: "202 on the GET of an export",
			reason: "the description of the 200 says in a sentence that a pending export is answered 202; " +
				"recordings have it, with a Location",
			fill: func(doc *openapi3.T) {
				operation(doc, "getDataExport").Responses.Set("202", doc.Components.Responses["Described"])
			},
		},
		{
			name:   "the number 202 as the body of a 202",
			reason: "recordings of POST and GET have it, where the description has a DataExport",
			fill: func(doc *openapi3.T) {
				body := doc.Components.Responses["Described"].Value.Content["application/json"]
				number := openapi3.NewFloat64Schema().WithEnum(float64(http.StatusAccepted))
				either := &openapi3.Schema{OneOf: openapi3.SchemaRefs{body.Schema, number.NewRef()}}
				body.Schema = either.NewRef()
			},
		},
		{
			name: "groupings of a cost export as one string",
			reason: "the description has a list, and a sentence that says to join them with commas; " +
				"in recordings the string came back whole",
			fill: func(doc *openapi3.T) {
				request := doc.Components.Schemas["createCostExport"].Value
				request.Properties["groupings"] = openapi3.NewStringSchema().NewRef()
			},
		},
		{
			name:   "401",
			reason: "every route needs a token, and no route describes what it answers to a wrong one",
			fill:   func(doc *openapi3.T) { everywhere(doc, "401") },
		},
		{
			name:   "429",
			reason: "the documentation tells of limits, and no route describes the answer beyond them",
			fill:   func(doc *openapi3.T) { everywhere(doc, "429") },
		},
		{
			name:   "errors of a failed export",
			reason: "the description has no failed export; the fake tells why one failed in the words of a refusal",
			fill: func(doc *openapi3.T) {
				export, errors := doc.Components.Schemas["DataExport"].Value, doc.Components.Schemas["Errors"].Value
				export.Properties["errors"] = errors.Properties["errors"]
			},
		},
	}
}

func operation(doc *openapi3.T, id string) *openapi3.Operation {
	for _, path := range doc.Paths.Map() {
		for _, o := range path.Operations() {
			if o.OperationID == id {
				return o
			}
		}
	}
	return nil
}

// everywhere lets each route refuse with the status.
func everywhere(doc *openapi3.T, status string) {
	for _, path := range doc.Paths.Map() {
		for _, o := range path.Operations() {
			o.Responses.Set(status, doc.Components.Responses["Errors"])
		}
	}
}
