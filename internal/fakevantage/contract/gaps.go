package contract

import (
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// gap is a place where the vendor's description is known to be wrong or silent.
type gap struct {
	name string
	// reason gives the evidence.
	reason string
	// fill amends the description.
	fill func(*openapi3.T)
}

// gaps returns the known gaps of the description. A test shows that each is still needed.
func gaps() []gap {
	return []gap{
		{
			name: "202 on the GET of an export",
			reason: "the text of the 200 says that a pending export gets a 202; " +
				"recordings have it with a Location",
			fill: func(doc *openapi3.T) {
				export := doc.Paths.Value("/data_exports/{data_export_token}").Get
				export.Responses.Set("202", doc.Components.Responses["Described"])
			},
		},
		{
			name:   "the number 202 as the body of a 202",
			reason: "recordings of POST and GET have it instead of the described DataExport",
			fill: func(doc *openapi3.T) {
				body := doc.Components.Responses["Described"].Value.Content["application/json"]
				number := openapi3.NewFloat64Schema().WithEnum(float64(http.StatusAccepted))
				either := &openapi3.Schema{OneOf: openapi3.SchemaRefs{body.Schema, number.NewRef()}}
				body.Schema = either.NewRef()
			},
		},
		{
			name: "groupings of a cost export as one string",
			reason: "the description has a list and the text asks for a comma-separated string; " +
				"in recordings, the string was applied",
			fill: func(doc *openapi3.T) {
				request := doc.Components.Schemas["createCostExport"].Value
				one := strings.Trim(request.Properties["groupings"].Value.Items.Value.Pattern, "^$")
				joined := openapi3.NewStringSchema().WithPattern("^" + one + "(," + one + ")*$")
				request.Properties["groupings"] = joined.NewRef()
			},
		},
		{
			name:   "401",
			reason: "every route needs a token, and no route describes the response to an invalid token",
			fill:   func(doc *openapi3.T) { everywhere(doc, "401") },
		},
		{
			name:   "429",
			reason: "the documentation has rate limits, and no route describes the response beyond them",
			fill:   func(doc *openapi3.T) { everywhere(doc, "429") },
		},
		{
			name:   "errors of a failed export",
			reason: "the description has no failed export; the fake reports the reason like an error",
			fill: func(doc *openapi3.T) {
				export, errors := doc.Components.Schemas["DataExport"].Value, doc.Components.Schemas["Errors"].Value
				export.Properties["errors"] = errors.Properties["errors"]
			},
		},
	}
}

// everywhere adds an error status to each route.
func everywhere(doc *openapi3.T, status string) {
	for _, path := range doc.Paths.Map() {
		for _, o := range path.Operations() {
			o.Responses.Set(status, doc.Components.Responses["Errors"])
		}
	}
}
