package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A script is a lifecycle as text, one operation a line. A random one begins with its resources, and often with what
// takes several operations to matter.
type script []string

func (s script) String() string { return "\n\t" + strings.Join(s, "\n\t") }

// exportLines are types of exports, each with an argument that it cannot do without.
var exportLines = []string{
	"vantage_unit_cost_export cost_report_token rprt_1", "vantage_cost_export cost_report_token rprt_1",
	"vantage_cost_export filter costs.provider = 'aws'",
	"vantage_kubernetes_efficiency_export kubernetes_efficiency_report_token kbnts_1",
}

var beginnings = []string{
	"urls 1h|6h", "valid unknown", "urls 1h|6h;set a renew_before_expiry 2h|7h", "set a renew_before_expiry 0s",
	"urls 1h|6h;set a renew_before_expiry 2h;set a store_file_urls false",
	"set a store_file_urls false;apply;pass 25h", "set a wait_for_completion false", "outcome failed;apply",
	"set a store_file_urls false;set a wait_for_completion false",
	`set a triggers {"month":"3"};import-block a ` + howImported + ";apply",
	"set a date_bin week;import-block a " + howImported + ";apply",
}

const durations = "17s|11m|47m|2h3m|6h7m|11h|25h|49h|170h"

// operations are the lines that follow, and how often they come. RESOURCE is the name of a resource, EXPORT that of an
// export, VALUE an argument and a value, OPTION the same for what is not sent to the API, and REMOVABLE an argument
// that can be unset.
var operations = []struct {
	weight int
	line   string
}{
	// Terraform runs.
	{6, "apply"},
	{1, "apply|plan norefresh"},
	{1, "plan"},
	{1, "watch"}, // plan 7, 25 and 49 hours later
	{2, "apply-later " + durations},
	{1, "apply-saved"}, // what was planned last
	{1, "refresh-only"},
	{2, "stop 1s|3s|17s|7m"}, // Ctrl-C that long after the next apply begins
	{2, "import|import-block EXPORT " + howImported},
	{1, "taint|untaint|forget-state RESOURCE"},
	// The configuration changes. An unknown value is known in an apply.
	{5, "set|set|unknown RESOURCE VALUE"},
	{3, "set|set|unknown RESOURCE OPTION"},
	{1, "unset RESOURCE REMOVABLE"},
	{1, "absent|present|create-before-destroy RESOURCE"},
	{1, "unknown-provider"}, // in the next plan
	// The world changes.
	{3, "pass " + durations},
	{2, "finish|fail|forget EXPORT"},
	{1, "ready 0s|31s|5m|2h|170h"},  // how long exports take from now on
	{1, "outcome completed|failed"}, // their final status
	{1, "valid 24h|1h|0s|unknown"},  // from completion
	{1, "urls 1h|6h|unknown"},
	{1, "files 3"},
	{1, "member|sign-each-get"}, // exports get a further member of attributes; each response has other URLs
	{1, "latency 0s|2s"},
	{1, "fault " + strings.Join(faultKinds, "|") + " 1|2|3|30"}, // of the next requests
	{1, "remove-files d"},
}

// choice is an argument with values to choose from.
type choice struct {
	name    string
	values  []string
	invalid string // a value that validate rejects, if any
	option  bool   // not sent to the API
	needed  bool   // never unset
}

func TestScripts_haveEveryResource(t *testing.T) {
	t.Parallel()
	for typeName := range schemas().ResourceSchemas {
		played := slices.ContainsFunc(exportLines, func(line string) bool { return strings.HasPrefix(line, typeName+" ") })
		if typeName != downloadType && (!played || paths[typeName] == "") {
			t.Errorf("exportLines or paths lacks %s", typeName)
		}
	}
}

func choices(typeName string) []choice {
	report := choice{name: "cost_report_token", needed: true, values: []string{"rprt_1", "rprt_2"}}
	filter := choice{name: "filter", needed: true, values: []string{"costs.provider = 'aws'", "costs.provider = 'gcp'"}}
	triggers := choice{name: "triggers", values: []string{`{"month":"3"}`, `{"month":"4"}`}}
	shared := []choice{
		triggers,
		{name: "start_date", values: []string{"2025-03-01", "2025-02-01"}, invalid: "tomorrow"},
		{name: "end_date", values: []string{"2025-03-31", "2025-04-30"}},
		{name: "date_bin", values: []string{"week", "month"}, invalid: "year"},
		{name: "workspace_token", values: []string{"wrkspc_1", "wrkspc_2"}},
		{name: "wait_for_completion", values: []string{"false", "true"}, option: true},
		{name: "store_file_urls", values: []string{"false", "true"}, option: true},
		{name: "renew_before_expiry", values: []string{"0s", "2h", "23h"}, invalid: "36h", option: true},
		{name: "timeouts", values: []string{`{"create":"45m","update":"45m"}`, `{"read":"10m"}`},
			invalid: `{"read":"soon"}`, option: true},
	}
	switch typeName {
	case "vantage_unit_cost_export":
		return append(shared, report)
	case "vantage_cost_export":
		return append(shared, filter, report,
			choice{name: "groupings", values: []string{`["provider"]`, `["service","provider"]`}, invalid: `["weather"]`},
			choice{name: "schema", values: []string{"focus", "vntg"}},
			choice{name: "settings", values: []string{`{"include_tax":false}`, `{"include_tax":true,"aggregate_by":"usage"}`}})
	case "vantage_kubernetes_efficiency_export":
		return append(shared, filter, choice{name: "groupings", values: []string{`["namespace"]`, `["pod","namespace"]`}},
			choice{name: "kubernetes_efficiency_report_token", values: []string{"kbnts_1", "kbnts_2"}})
	}
	return []choice{
		triggers,
		{name: "directory", needed: true, values: []string{"one", "two"}},
		{name: "filename_prefix", values: []string{"a-", "b-"}},
		{name: "verify_files", values: []string{"true", "false"}, option: true},
		{name: "timeouts", values: []string{`{"create":"45m"}`}, option: true},
	}
}

func options(typeName string) []choice {
	return slices.DeleteFunc(choices(typeName), func(c choice) bool { return !c.option })
}

const downloadType = "vantage_data_export_download"

// scripts generates lifecycles.
func scripts() *rapid.Generator[script] {
	var lines []string
	for _, o := range operations {
		lines = append(lines, slices.Repeat([]string{o.line}, o.weight)...)
	}
	return rapid.Custom(func(t *rapid.T) script {
		var exports script
		for i, export := range rapid.SliceOfN(rapid.SampledFrom(exportLines), 1, 2).Draw(t, "exports") {
			exports = append(exports, fmt.Sprintf("resource %c %s", 'a'+i, export))
		}
		resources := slices.Clone(exports)
		if rapid.Bool().Draw(t, "download") {
			resources = append(resources, "resource d "+downloadType+" directory one")
		}
		out := slices.Clone(resources)
		for _, lines := range rapid.SliceOfN(rapid.SampledFrom(beginnings), 0, 2).Draw(t, "beginning") {
			for _, line := range strings.Split(lines, ";") {
				out = append(out, expand(t, line, resources, exports))
			}
		}
		one := rapid.Custom(func(t *rapid.T) string {
			return expand(t, rapid.SampledFrom(lines).Draw(t, "operation"), resources, exports)
		})
		return append(out, rapid.SliceOfN(one, 1, 16).Draw(t, "operations")...)
	})
}

// expand draws the words of a line.
func expand(t *rapid.T, line string, resources, exports script) string {
	pick := func(from []string) string { return rapid.SampledFrom(from).Draw(t, "word") }
	typeName := ""
	words := strings.Fields(line)
	for i, word := range words {
		switch word {
		case "RESOURCE":
			resource := strings.Fields(pick(resources))
			words[i], typeName = resource[1], resource[2]
		case "EXPORT":
			words[i] = strings.Fields(pick(exports))[1]
		case "VALUE", "OPTION", "REMOVABLE":
			c := rapid.SampledFrom(choices(typeName)).Filter(func(c choice) bool {
				return word == "VALUE" || word == "OPTION" && c.option || word == "REMOVABLE" && !c.needed
			}).Draw(t, "argument")
			switch words[i] = c.name; {
			case word == "REMOVABLE":
			case c.invalid != "" && rapid.IntRange(0, 19).Draw(t, "invalid") == 19:
				words[i] += " " + c.invalid
			default:
				words[i] += " " + pick(c.values)
			}
		default:
			words[i] = pick(strings.Split(word, "|"))
		}
	}
	return strings.Join(words, " ")
}
