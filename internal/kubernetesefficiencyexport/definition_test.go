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

func TestPlan_rejectsInvalidArguments(t *testing.T) {
	t.Parallel()
	kind.WantRefused(t, map[string]acctest.Refused{
		"empty report":    {`kubernetes_efficiency_report_token = ""`, `string length must be at least 1`},
		"by the hour":     {`date_bin = "hour"`, `must be one of`},
		"dates exchanged": {"start_date = \"2025-03-02\"\nend_date = \"2025-03-01\"", `is after end_date`},
		"a cost grouping": {`groupings = ["provider"]`, `must be one of cluster_id`},
		"a comma":         {`groupings = ["label:a,b"]`, `a name without a comma`},
		"the same twice":  {`groupings = ["pod", "pod"]`, `duplicate`},
	})
}
