package kubernetesefficiencyexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

var kind = acctest.Kind{
	TypeName: "vantage_kubernetes_efficiency_export",
	Path:     "/v2/kubernetes_efficiency_reports/data_exports",
}

func TestExport_lifecycle(t *testing.T) {
	t.Parallel()
	for name, asked := range map[string]acctest.Asked{
		"all of it": {
			Config: map[string]any{
				"kubernetes_efficiency_report_token": "kbnts_eff_rprt_1",
				"filter":                             "kubernetes.cluster_id = 'prod'",
				"workspace_token":                    "wrkspc_1",
				"start_date":                         "2025-03-01",
				"end_date":                           "2025-03-31",
				"date_bin":                           "month",
				"groupings":                          []any{"namespace", "label:app"},
			},
			Query: "groupings=namespace%2Clabel%3Aapp",
			Body: `{"kubernetes_efficiency_report_token":"kbnts_eff_rprt_1","filter":"kubernetes.cluster_id = 'prod'",` +
				`"workspace_token":"wrkspc_1","start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"month"}`,
		},
		"the default report": {Config: map[string]any{}, Body: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind.RunLife(t, asked)
		})
	}
}

func TestValidate_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	list := func(groupings ...any) map[string]any { return map[string]any{"groupings": groupings} }
	kind.WantInvalid(t, map[string]map[string]any{
		`token: it is empty`:                        {"kubernetes_efficiency_report_token": ""},
		"Invalid date_bin: The value must be `day`": {"date_bin": "hour"},
		`is after end_date`:                         {"start_date": "2025-03-02", "end_date": "2025-03-01"},
		`must be one of cluster_id`:                 list("provider"),
		`a name without a comma`:                    list("label:a,b"),
		`duplicate`:                                 list("pod", "pod"),
	})
}
