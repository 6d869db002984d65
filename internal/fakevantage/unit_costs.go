package fakevantage

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const unitCostsPath = "/v2/unit_costs"

// UnitCost is a row of GET /v2/unit_costs. Amounts are strings, as documented.
type UnitCost struct {
	BusinessMetricToken  string  `json:"business_metric_token"`
	BusinessMetricTitle  string  `json:"business_metric_title"`
	CalculationType      *string `json:"calculation_type"`
	UnitCostAmount       *string `json:"unit_cost_amount"`
	BusinessMetricAmount *string `json:"business_metric_amount"`
	Scale                any     `json:"scale"`
	Date                 string  `json:"date"`
}

// NewUnitCost returns a row with the cost of one unit.
func NewUnitCost(metric, date, amount string) UnitCost {
	calculation, one := "unit_cost", "1.0"
	return UnitCost{
		BusinessMetricToken: metric, BusinessMetricTitle: "Metric " + metric, CalculationType: &calculation,
		UnitCostAmount: &amount, BusinessMetricAmount: &one, Scale: 1.0, Date: date,
	}
}

// samples are the rows of each period in sample rows: the unit costs of two metrics, and the gross margin of the first
// metric.
var samples = []struct {
	token, title, calculation, units string
	amount                           float64
}{
	{"bsnss_mtrc_3080a050c04104ff", "Active customers", "unit_cost", "410", 12.98},
	{"bsnss_mtrc_4999b969d95095ef", "Million requests", "unit_cost", "18.2", 292.4},
	{"bsnss_mtrc_3080a050c04104ff", "Active customers", "gross_margin", "410", 41.5},
}

// sampleUnitCosts returns the samples of each period that starts in a range of days.
func sampleUnitCosts(first, last time.Time, bin string) (rows []UnitCost) {
	layout := time.DateOnly
	next := func(at time.Time) time.Time { return at.AddDate(0, 0, 1) }
	switch bin {
	case "hour":
		layout = time.RFC3339
		next = func(at time.Time) time.Time { return at.Add(time.Hour) }
	case "week":
		next = func(at time.Time) time.Time { return at.AddDate(0, 0, 7) }
	case "month":
		next = func(at time.Time) time.Time { return at.AddDate(0, 1, 1-at.Day()) }
	case "quarter":
		next = func(at time.Time) time.Time { return at.AddDate(0, 3-(int(at.Month())-1)%3, 1-at.Day()) }
	}
	for n, at := 0, first; at.Before(last.AddDate(0, 0, 1)); n, at = n+1, next(at) {
		for _, s := range samples {
			row := NewUnitCost(s.token, at.Format(layout), fmt.Sprintf("%.4f", s.amount*variation(n)))
			row.BusinessMetricTitle, row.CalculationType, row.BusinessMetricAmount = s.title, &s.calculation, &s.units
			rows = append(rows, row)
		}
	}
	return rows
}

// variation is the factor by which the amount of the nth period differs from that of others.
func variation(n int) float64 { return 1 + float64(n%7)/50 }

// SetUnitCosts replaces the rows of all cost reports.
func (s *Server) SetUnitCosts(rows ...UnitCost) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unitCosts = rows
}

// hasOddUnitCosts reports whether a row deviates from the API description: an amount is missing, or the scale is a
// string, as in the vendor's example.
func (s *Server) hasOddUnitCosts() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.unitCosts, func(row UnitCost) bool {
		_, isText := row.Scale.(string)
		return row.UnitCostAmount == nil || row.BusinessMetricAmount == nil || isText
	})
}

func (s *Server) listUnitCosts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	asked := map[string]any{}
	for name := range query {
		asked[name] = query.Get(name)
	}
	o := s.options
	o.Workspaces = nil // this route has no workspace_token
	if status, message := kinds[unitCostExportsPath].rejection(o, asked); status != 0 {
		errorsJSON(w, status, message)
		return
	}
	all := s.selectUnitCosts(query, asked)
	number := func(name string, byDefault int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil {
			return n
		}
		return byDefault
	}
	limit, page := max(1, number("limit", 100)), max(1, number("page", 1))
	last := max(1, (len(all)+limit-1)/limit)
	link := func(to int, exists bool) any {
		if !exists {
			return nil
		}
		query.Set("page", strconv.Itoa(to))
		return fmt.Sprintf("%s%s?%s", origin(r), r.URL.Path, query.Encode())
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"links": map[string]any{
			"self": link(page, true), "first": link(1, true), "next": link(page+1, page < last),
			"last": link(last, last > 1), "prev": link(page-1, page > 1),
		},
		"unit_costs": all[min(len(all), (page-1)*limit):min(len(all), page*limit)],
	})
}

// selectUnitCosts returns the rows in the date range in the requested order. Default: descending by date.
func (s *Server) selectUnitCosts(query url.Values, asked map[string]any) []UnitCost {
	rows := slices.Clone(s.unitCosts)
	if s.options.SampleUnitCosts {
		today := s.now().UTC().Truncate(24 * time.Hour)
		first, last := days(asked, today.AddDate(0, 0, -30), today.AddDate(0, 0, -1))
		rows = sampleUnitCosts(first, last, query.Get("date_bin"))
	}
	rows = slices.DeleteFunc(rows, func(row UnitCost) bool {
		day, end := row.Date[:len(time.DateOnly)], query.Get("end_date")
		return day < query.Get("start_date") || end != "" && day > end
	})
	slices.SortStableFunc(rows, func(a, b UnitCost) int {
		if query.Get("order") == "asc" {
			return cmp.Compare(a.Date, b.Date)
		}
		return cmp.Compare(b.Date, a.Date)
	})
	if rows == nil {
		rows = []UnitCost{}
	}
	return rows
}
