package lifecycle_test

import (
	"encoding/json"
	"strings"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// Exports to import, and what the API reports of them.

type importBlock struct {
	token    string
	reported map[string]string // by argument
}

// howImported is how an import differs from the configuration: "match" is what is configured, "spelled" the same in
// other words, "same" the export in state.
const howImported = "same|match|spelled|full|report-only|other|pending|missing"

// attributeOf are the members of attributes that report an argument.
var attributeOf = map[string]string{
	"cost_report_token": "report_token", "kubernetes_efficiency_report_token": "report_token", "filter": "vql",
	"start_date": "start_date", "end_date": "end_date", "date_bin": "date_bin", "groupings": "groupings",
	"settings": "settings",
}

// importing prepares the export of an import.
func (w *world) importing(r *resource, how string) importBlock {
	block := importBlock{"dta_xprt_missing", map[string]string{}}
	switch token := r.state.text("token"); {
	case how == "missing":
		return block
	case how == "same" && w.known(token):
		block.token = token
	default:
		block.token = w.fake.AddOf(paths[r.typeName], map[string]any{}, time.Now())
	}
	for argument := range attributeOf {
		_, exists := r.object.AttributeTypes[argument]
		value, ok := r.args[argument]
		more := map[string]string{
			"start_date": "2025-01-01", "end_date": "2025-01-31", "date_bin": "month", "filter": "costs.region = 'x'",
			"groupings": `["region"]`, "settings": `{"amortize":true}`,
		}[argument]
		switch {
		case how == "report-only" && !strings.HasSuffix(argument, "report_token"):
			continue
		case how == "other" && argument == "date_bin":
			value, ok = "day", true
		case how == "full" && ok && argument == "settings":
			value = strings.TrimSuffix(value, "}") + "," + more[1:]
		case how == "full" && !ok && more != "" && exists:
			value, ok = more, true
		}
		if ok {
			block.reported[argument] = value
		}
	}
	w.fake.ChangeExport(block.token, func(e *fakevantage.Export) {
		if how != "pending" && e.CompletedAt.IsZero() {
			e.CompletedAt = time.Now()
		}
		e.Attributes = map[string]any{"schema": 1}
		for argument, name := range attributeOf {
			if e.Attributes[name] == nil {
				e.Attributes[name] = nil
			}
			if value, ok := block.reported[argument]; ok {
				e.Attributes[name] = reportedAs(argument, value, how == "spelled")
			}
		}
	})
	return block
}

// reportedAs returns the value that the API reports of an argument; spelled in another way that means the same.
func reportedAs(argument, value string, spelled bool) any {
	switch {
	case argument == "groupings" && spelled:
		return strings.NewReplacer(`["`, "", `","`, ",", `"]`, "").Replace(value)
	case argument == "groupings", argument == "settings":
		return json.RawMessage(value)
	case argument == "start_date" && spelled:
		return value + "T00:00:00Z"
	case argument == "end_date" && spelled:
		return value + "T23:59:59Z"
	case argument == "filter" && spelled:
		return " (" + value + ")\n"
	}
	return value
}

// paths are those of the POST that creates an export.
var paths = map[string]string{
	"vantage_unit_cost_export":             "/v2/unit_costs/data_exports",
	"vantage_cost_export":                  "/v2/costs/data_exports",
	"vantage_kubernetes_efficiency_export": "/v2/kubernetes_efficiency_reports/data_exports",
}
