package lifecycle_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"pgregory.net/rapid"
)

// A script is a lifecycle as text, one operation a line. A random one begins with its resources:
//
//	resource NAME TYPE ARGUMENT VALUE    with one argument that it cannot do without
//	download NAME RESOURCE
//
// The configuration changes:
//
//	set NAME ARGUMENT VALUE      unset NAME ARGUMENT
//	unknown NAME ARGUMENT VALUE  known after apply, and VALUE then
//	absent NAME                  not in the configuration, until "present NAME"
//	create-before-destroy NAME
//	unknown-provider             its configuration is unknown in the next plan
//
// The world changes:
//
//	pass DURATION                  finish NAME   fail NAME   forget NAME
//	ready DURATION                 how long exports take from now on
//	outcome failed|completed       of exports that complete from now on
//	valid DURATION|unknown|before  urls DURATION|unknown   files N   reorder   member   latency DURATION
//	fault KIND N                   of the next N requests; the kinds are in faults_test.go
//	remove-files NAME
//
// Terraform runs:
//
//	apply [norefresh]   plan [norefresh]   apply-saved (what was planned last)   apply-later DURATION   refresh-only
//	watch               plan now, and 3, 7, 25 and 49 hours later
//	stop DURATION       Ctrl-C that long after the next apply begins
//	import NAME HOW     import-block NAME HOW; see importable
//	taint NAME          untaint NAME       forget-state NAME
type script []string

func (s script) String() string { return "\n\t" + strings.Join(s, "\n\t") }

// choice is an argument with values to choose from.
type choice struct {
	name    string
	values  []string
	invalid string // a value that validate rejects, if any
	option  bool   // not sent to the API
	needed  bool   // never unset
}

func choices(typeName string) []choice {
	filter := choice{name: "filter", needed: true, values: []string{"costs.provider = 'aws'", "costs.provider = 'gcp'"}}
	scope := []choice{
		{name: "start_date", values: []string{"2025-03-01", "2025-02-01"}, invalid: "tomorrow"},
		{name: "end_date", values: []string{"2025-03-31", "2025-04-30"}},
		{name: "date_bin", values: []string{"week", "month"}, invalid: "year"},
		{name: "workspace_token", values: []string{"wrkspc_1", "wrkspc_2"}},
		{name: "triggers", values: []string{"month=3", "month=4"}},
		{name: "wait_for_completion", values: []string{"false", "true"}, option: true},
		{name: "store_file_urls", values: []string{"false", "true"}, option: true},
		{name: "renew_before_expiry", values: []string{"0s", "2h", "23h"}, invalid: "36h", option: true},
		{name: "timeouts", values: []string{"create=45m,update=45m", "read=10m"}, invalid: "read=soon", option: true},
	}
	switch typeName {
	case "vantage_unit_cost_export":
		return append(scope, choice{name: "cost_report_token", needed: true, values: []string{"rprt_1", "rprt_2"}})
	case "vantage_cost_export":
		return append(scope, filter, choice{name: "cost_report_token", needed: true, values: []string{"rprt_1", "rprt_2"}},
			choice{name: "groupings", values: []string{"provider", "service,provider"}, invalid: "weather"},
			choice{name: "schema", values: []string{"focus", "vntg"}},
			choice{name: "settings", values: []string{"include_tax=false", "include_tax=true,aggregate_by=usage"}})
	case "vantage_kubernetes_efficiency_export":
		return append(scope, filter, choice{name: "groupings", values: []string{"namespace", "pod,namespace"}},
			choice{name: "kubernetes_efficiency_report_token", values: []string{"kbnts_1", "kbnts_2"}})
	}
	return []choice{
		{name: "directory", needed: true, values: []string{"one", "two"}},
		{name: "triggers", values: []string{"month=3", "month=4"}},
		{name: "filename_prefix", values: []string{"a-", "b-"}},
		{name: "verify_files", values: []string{"true", "false"}, option: true},
		{name: "timeouts", values: []string{"create=45m"}, option: true},
	}
}

func options(typeName string) []choice {
	return slices.DeleteFunc(choices(typeName), func(c choice) bool { return !c.option })
}

const downloadType = "vantage_data_export_download"

var (
	importable = strings.Fields("same match spelled full report-only other pending pending-other missing")
	lengths    = strings.Fields("17s 11m 47m 2h3m 6h7m 11h 25h 49h 170h")
)

// scripts generates lifecycles.
func scripts() *rapid.Generator[script] {
	return rapid.Custom(func(t *rapid.T) script {
		var out script
		type named struct{ name, typeName string }
		var resources []named
		for i, first := range rapid.SliceOfN(rapid.SampledFrom([]string{
			"vantage_unit_cost_export cost_report_token rprt_1", "vantage_cost_export cost_report_token rprt_1",
			"vantage_cost_export filter costs.provider = 'aws'",
			"vantage_kubernetes_efficiency_export kubernetes_efficiency_report_token kbnts_1",
		}), 1, 2).Draw(t, "exports") {
			name := string(rune('a' + i))
			typeName, _, _ := strings.Cut(first, " ")
			resources = append(resources, named{name, typeName})
			out = append(out, "resource "+name+" "+first)
		}
		if rapid.Bool().Draw(t, "download") {
			out = append(out, "download d a")
			resources = append(resources, named{"d", downloadType})
		}
		one := rapid.Custom(func(t *rapid.T) string {
			pick := func(values ...string) string { return rapid.SampledFrom(values).Draw(t, "value") }
			r := rapid.SampledFrom(resources).Draw(t, "resource")
			export := resources[rapid.IntRange(0, len(resources)-1).Draw(t, "export")]
			if export.typeName == downloadType {
				export = resources[0]
			}
			switch rapid.SampledFrom(weighted).Draw(t, "operation") {
			case "set":
				c := rapid.SampledFrom(choices(r.typeName)).Draw(t, "argument")
				if c.invalid != "" && rapid.IntRange(0, 9).Draw(t, "invalid") == 9 {
					return "set " + r.name + " " + c.name + " " + c.invalid
				}
				return pick("set ", "set ", "unknown ") + r.name + " " + c.name + " " + pick(c.values...)
			case "option":
				c := rapid.SampledFrom(options(r.typeName)).Draw(t, "option")
				return pick("set ", "set ", "unknown ") + r.name + " " + c.name + " " + pick(c.values...)
			case "watch":
				return "watch"
			case "later":
				return "apply-later " + pick(lengths...)
			case "unset":
				c := rapid.SampledFrom(choices(r.typeName)).Filter(func(c choice) bool { return !c.needed }).Draw(t, "argument")
				return "unset " + r.name + " " + c.name
			case "configuration":
				return pick("absent ", "present ", "create-before-destroy ") + r.name
			case "pass":
				return "pass " + pick(lengths...)
			case "export":
				return pick("finish ", "fail ", "forget ") + export.name
			case "api":
				return pick("ready 0s", "ready 31s", "ready 5m", "ready 2h", "ready 170h", "valid 24h", "valid 1h",
					"valid unknown", "valid before", "urls 1h", "urls 6h", "urls unknown", "files 3", "reorder", "member",
					"latency 2s", "latency 0s", "outcome failed", "outcome completed")
			case "fault":
				kind := rapid.SampledFrom(faultKinds).Draw(t, "fault")
				return fmt.Sprintf("fault %s %d", kind, rapid.SampledFrom([]int{1, 2, 3, 30}).Draw(t, "requests"))
			case "import":
				return pick("import ", "import-block ") + export.name + " " + pick(importable...)
			case "state":
				return pick("taint ", "untaint ", "forget-state ") + r.name
			case "stop":
				return "stop " + pick("1s", "3s", "40s", "7m")
			case "remove-files":
				return "remove-files d"
			case "plan":
				return pick("plan", "plan norefresh")
			case "apply":
				return pick("apply", "apply", "apply", "apply norefresh")
			case "rest":
				return pick("apply-saved", "refresh-only", "unknown-provider")
			}
			return "apply"
		})
		// What takes several operations to matter is often there from the beginning.
		first := rapid.SampledFrom([]string{
			"", "urls 1h", "urls 6h", "valid unknown", "urls 1h;set a renew_before_expiry 2h", "set a renew_before_expiry 0s",
			"set a store_file_urls false;apply;pass 25h",
			"set a triggers month=3;import-block a ", "set a date_bin week;import-block a ",
		}).Draw(t, "first")
		for _, line := range strings.Split(first, ";") {
			if strings.HasPrefix(line, "import") {
				out = append(out, line+rapid.SampledFrom(importable).Draw(t, "how"), "apply")
			} else if line != "" {
				out = append(out, line)
			}
		}
		return append(out, rapid.SliceOfN(one, 1, 16).Draw(t, "operations")...)
	})
}

// weighted are the operations, as often as they should come.
var weighted = strings.Fields("apply apply apply apply apply later set set set set set option option option unset " +
	"configuration pass pass pass export export api api fault import import state stop plan watch rest rest remove-files")

// arguments are the configured arguments of a resource.
type arguments map[string]argument

type argument struct {
	text    string
	unknown bool // in the plan
}

// known returns the arguments as they are known in an apply.
func (a arguments) known() arguments {
	out := arguments{}
	for name, value := range a {
		out[name] = argument{text: value.text}
	}
	return out
}

func (a arguments) anyUnknown() bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(a)), func(a argument) bool { return a.unknown })
}

func (a arguments) texts() map[string]string {
	out := map[string]string{}
	for name, value := range a {
		out[name] = value.text
	}
	return out
}

// parse reads the value of an argument, as a script has it.
func parse(t tftypes.Type, value string) tftypes.Value {
	switch t := t.(type) {
	case tftypes.List:
		var list []tftypes.Value
		for _, e := range strings.Split(value, ",") {
			list = append(list, parse(t.ElementType, e))
		}
		return tftypes.NewValue(t, list)
	case tftypes.Map:
		return tftypes.NewValue(t, parseMembers(value, map[string]tftypes.Value{}, func(string) tftypes.Type {
			return t.ElementType
		}))
	case tftypes.Object:
		out := map[string]tftypes.Value{}
		for name, a := range t.AttributeTypes {
			out[name] = tftypes.NewValue(a, nil)
		}
		of := func(name string) tftypes.Type { return t.AttributeTypes[name] }
		return tftypes.NewValue(t, parseMembers(value, out, of))
	}
	if t.Is(tftypes.Bool) {
		return tftypes.NewValue(t, value == "true")
	}
	return tftypes.NewValue(t, value)
}

func parseMembers(
	text string, into map[string]tftypes.Value, of func(name string) tftypes.Type,
) map[string]tftypes.Value {
	for _, member := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(member, "=")
		into[name] = parse(of(name), value)
	}
	return into
}
