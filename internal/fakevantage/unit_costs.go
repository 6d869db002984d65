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

// sampleDay returns the unit costs of two metrics on the nth day, from 0.
func sampleDay(n int, date time.Time) []UnitCost {
	customers, requests := float64(410+3*n+n%7*5), 18.2+float64(n%7)*0.61
	row := func(token, title, units string, cost float64) UnitCost {
		row := NewUnitCost(token, date.Format(time.DateOnly), fmt.Sprintf("%.4f", cost))
		row.BusinessMetricTitle, row.BusinessMetricAmount = title, &units
		return row
	}
	return []UnitCost{
		row("bsnss_mtrc_3080a050c04104ff", "Active customers", fmt.Sprintf("%.0f", customers), 5321.4/customers),
		row("bsnss_mtrc_4999b969d95095ef", "Million requests", fmt.Sprintf("%.2f", requests), 5321.4/requests),
	}
}

// sampleUnitCosts returns a row per metric and period that starts in a range of days: the unit costs of two metrics,
// and the gross margin of the first metric.
func sampleUnitCosts(first, last time.Time, bin string) []UnitCost {
	next := map[string]func(time.Time) time.Time{
		"hour":    func(at time.Time) time.Time { return at.Add(time.Hour) },
		"week":    func(at time.Time) time.Time { return at.AddDate(0, 0, 7) },
		"month":   func(at time.Time) time.Time { return at.AddDate(0, 1, 1-at.Day()) },
		"quarter": func(at time.Time) time.Time { return at.AddDate(0, 3-(int(at.Month())-1)%3, 1-at.Day()) },
	}[bin]
	if next == nil {
		next = func(at time.Time) time.Time { return at.AddDate(0, 0, 1) }
	}
	var rows []UnitCost
	for n, at := 0, first; at.Before(last.AddDate(0, 0, 1)); n, at = n+1, next(at) {
		period := sampleDay(n, at)
		margin, calculation, amount := period[0], "gross_margin", "41.5"
		margin.CalculationType, margin.UnitCostAmount = &calculation, &amount
		for _, row := range append(period, margin) {
			if bin == "hour" {
				row.Date = at.Format(time.RFC3339)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

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

// unitCostParameters are the query parameters. A page after the last page is empty.
func unitCostParameters() map[string]parameter {
	return map[string]parameter{
		"cost_report_token": text, "start_date": text, "end_date": text,
		"date_bin": oneOf("day", "week", "month", "quarter", "hour"), "order": oneOf("asc", "desc"),
		"limit": queryInteger(1, 1000), "page": queryInteger(1, 1<<31-1),
	}
}

// queryInteger accepts an integer in a range.
func queryInteger(least, most int) parameter {
	return func(value any) string {
		s, _ := value.(string)
		if n, err := strconv.Atoi(s); err != nil || n < least || n > most {
			return "does not have a valid value"
		}
		return ""
	}
}

func (s *Server) listUnitCosts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	rows := kind{
		report: "cost_report_token", noun: "CostReport", required: []string{"cost_report_token"}, body: unitCostParameters(),
	}
	values, found := map[string]any{}, []string{}
	for name, repeated := range query {
		values[name] = repeated[0]
		if len(repeated) > 1 {
			found = append(found, name+" is given more than once")
		}
	}
	o := s.options
	o.Workspaces = nil // this route has no workspace_token
	status, problems := rows.problems(o, values, nil)
	if problems = append(found, problems...); len(problems) > 0 {
		errorsJSON(w, max(status, http.StatusBadRequest), problems...)
		return
	}
	all := s.selectUnitCosts(query)
	limit, page := queryNumber(query, "limit", 100), queryNumber(query, "page", 1)
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
func (s *Server) selectUnitCosts(query url.Values) []UnitCost {
	rows := slices.Clone(s.unitCosts)
	if s.options.SampleUnitCosts {
		today := s.now().UTC().Truncate(24 * time.Hour)
		asked := map[string]any{"start_date": query.Get("start_date"), "end_date": query.Get("end_date")}
		first, last := days(asked, today.AddDate(0, 0, -30), today.AddDate(0, 0, -1))
		rows = sampleUnitCosts(first, last, query.Get("date_bin"))
	}
	day := func(date string) string { return date[:min(len(date), len("2006-01-02"))] }
	rows = slices.DeleteFunc(rows, func(row UnitCost) bool {
		return query.Has("start_date") && day(row.Date) < day(query.Get("start_date")) ||
			query.Has("end_date") && day(row.Date) > day(query.Get("end_date"))
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

func queryNumber(query url.Values, name string, byDefault int) int {
	if n, err := strconv.Atoi(query.Get(name)); err == nil {
		return n
	}
	return byDefault
}
