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
	const all = `
kubernetes_efficiency_report_token = "kbnts_eff_rprt_1"
filter                             = "kubernetes.cluster_id = 'prod'"
workspace_token                    = "wrkspc_1"
start_date                         = "2025-03-01"
end_date                           = "2025-03-31"
date_bin                           = "month"
groupings                          = ["namespace", "label:app"]`
	for name, asked := range map[string]acctest.Asked{
		"all of it": {
			Arguments: all,
			Query:     "groupings=namespace%2Clabel%3Aapp",
			Body: `{"kubernetes_efficiency_report_token":"kbnts_eff_rprt_1","filter":"kubernetes.cluster_id = 'prod'",` +
				`"workspace_token":"wrkspc_1","start_date":"2025-03-01","end_date":"2025-03-31","date_bin":"month"}`,
		},
		"the default report": {Body: `{}`},
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
	kind.WantInvalid(t, map[string]acctest.Invalid{
		"empty report":    {map[string]any{"kubernetes_efficiency_report_token": ""}, `string length must be at least 1`},
		"by the hour":     {map[string]any{"date_bin": "hour"}, `must be one of`},
		"dates exchanged": {map[string]any{"start_date": "2025-03-02", "end_date": "2025-03-01"}, `is after end_date`},
		"a cost grouping": {list("provider"), `must be one of cluster_id`},
		"a comma":         {list("label:a,b"), `a name without a comma`},
		"the same twice":  {list("pod", "pod"), `duplicate`},
	})
}
