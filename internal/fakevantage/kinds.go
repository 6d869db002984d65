package fakevantage

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// kind is an export type with its parameters.
type kind struct {
	exportType string // as reported by a GET
	report     string // the member of the body that names the report
	noun       string // the name of the report in messages
	required   []string
	body       map[string]parameter
	query      map[string]parameter
	// header and rows are those of a file: the columns of the vendor are not known.
	header string
	rows   func(n int, date time.Time) []string
}

// parameter returns what is wrong with a value, or "" if it is valid.
type parameter func(value any) string

// kinds returns the export types by the path of their POST.
func kinds() map[string]kind {
	all := []string{"day", "week", "month", "quarter", "hour"}
	return map[string]kind{
		"/v2/unit_costs/data_exports": {
			exportType: "unit_costs", header: unitCostHeader, rows: unitCostRows,
			report:   "cost_report_token",
			noun:     "CostReport",
			required: []string{"cost_report_token"},
			body: map[string]parameter{
				"cost_report_token": text, "workspace_token": text, "start_date": text, "end_date": text, "date_bin": oneOf(all...),
			},
		},
		"/v2/costs/data_exports": {
			exportType: "cost_report", header: "date,provider,service,account_id,cost", rows: costRows,
			report:   "cost_report_token",
			noun:     "CostReport",
			required: []string{"cost_report_token", "filter"},
			body: map[string]parameter{
				"cost_report_token": text, "filter": text, "workspace_token": text, "start_date": text, "end_date": text,
				"date_bin": oneOf(all...), "schema": oneOf("vntg", "focus", "comparison"),
				"groupings": joined("account_id|billing_account_id|charge_type|cost_category|cost_subcategory|provider|region|" +
					"resource_id|service|tagged|usage_unit|tag:.+"),
				"settings": object(map[string]parameter{
					"include_credits": boolean, "include_refunds": boolean, "include_discounts": boolean, "include_tax": boolean,
					"amortize": boolean, "unallocated": boolean, "show_previous_period": boolean,
					"aggregate_by": oneOf("cost", "usage", "count"),
				}),
			},
		},
		"/v2/kubernetes_efficiency_reports/data_exports": {
			exportType: "kubernetes_efficiency_report", header: "date,cluster_id,namespace,cost,idle_cost",
			rows:   kubernetesRows,
			report: "kubernetes_efficiency_report_token",
			noun:   "KubernetesEfficiencyReport",
			body: map[string]parameter{
				"kubernetes_efficiency_report_token": text, "filter": text, "workspace_token": text, "start_date": text,
				"end_date": text, "date_bin": oneOf("day", "week", "month", "quarter"),
			},
			query: map[string]parameter{
				"groupings": joined("cluster_id|namespace|region|labeled|category|pod|label|label:.+"),
			},
		},
	}
}

func text(value any) string {
	if s, ok := value.(string); !ok || s == "" {
		return "is invalid"
	}
	return ""
}

func boolean(value any) string {
	if _, ok := value.(bool); !ok {
		return "is invalid"
	}
	return ""
}

func oneOf(values ...string) parameter {
	return func(value any) string {
		switch s, ok := value.(string); {
		case !ok || s == "":
			return "is invalid"
		case !slices.Contains(values, s):
			return "does not have a valid value"
		}
		return ""
	}
}

// joined accepts comma-separated values that match a pattern.
func joined(pattern string) parameter {
	valid := regexp.MustCompile("^(" + pattern + ")$")
	return func(value any) string {
		s, ok := value.(string)
		if !ok {
			return "is invalid"
		}
		for _, one := range strings.Split(s, ",") {
			if !valid.MatchString(one) {
				return "does not have a valid value"
			}
		}
		return ""
	}
}

func object(members map[string]parameter) parameter {
	return func(value any) string {
		o, ok := value.(map[string]any)
		if !ok {
			return "is invalid"
		}
		if found := wrong(members, o); len(found) > 0 {
			return "is invalid: " + strings.Join(found, ", ")
		}
		return ""
	}
}

// wrong returns what is wrong with values, sorted by name.
func wrong(parameters map[string]parameter, values map[string]any) []string {
	var found []string
	for name, value := range values {
		check, known := parameters[name]
		if !known {
			found = append(found, name+" is not a parameter")
		} else if problem := check(value); problem != "" {
			found = append(found, name+" "+problem)
		}
	}
	slices.Sort(found)
	return found
}

// problems returns the status and the messages of a rejected request, or zero if it is valid.
func (k kind) problems(o Options, asked map[string]any, query url.Values) (int, []string) {
	found := wrong(k.body, asked)
	inQuery := map[string]any{}
	for name, values := range query {
		inQuery[name] = values[len(values)-1]
		if len(values) > 1 {
			found = append(found, name+" is given more than once")
		}
	}
	found = append(found, wrong(k.query, inQuery)...)
	has := func(name string) bool { return asked[name] != nil }
	workspace, _ := asked["workspace_token"].(string)
	switch {
	case len(k.required) > 0 && !slices.ContainsFunc(k.required, has):
		found = append(found, strings.Join(k.required, ", ")+" is missing")
	case workspace == "" && len(o.Workspaces) > 1:
		found = append(found, "workspace_token is required")
	case workspace != "" && len(o.Workspaces) > 0 && !slices.Contains(o.Workspaces, workspace):
		found = append(found, "workspace_token is invalid")
	}
	if len(found) > 0 {
		return 400, found
	}
	if report, ok := asked[k.report].(string); ok && len(o.Reports) > 0 && !slices.Contains(o.Reports, report) {
		return 404, []string{fmt.Sprintf("%s %s not found.", k.noun, report)}
	}
	return 0, nil
}

// attributes returns the attributes of an export in the recorded format.
func (k kind) attributes(asked map[string]any) map[string]any {
	groupings := []string{}
	if s, ok := asked["groupings"].(string); ok {
		groupings = strings.Split(s, ",")
	}
	settings := asked["settings"]
	if settings == nil {
		settings = map[string]any{"include_tax": true, "amortize": true}
	}
	return map[string]any{
		"report_token": asked[k.report], "start_date": asked["start_date"], "end_date": asked["end_date"],
		"groupings": groupings, "vql": asked["filter"], "settings": settings, "date_bin": asked["date_bin"], "schema": 1,
	}
}
