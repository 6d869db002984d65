package vantage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	// unitCostsPage is the number of rows in a page, the maximum of the API.
	unitCostsPage = 1000
	// maxUnitCosts is the number of rows that are read of one report, and maxUnitCostsPages the number of pages.
	maxUnitCosts      = 100_000
	maxUnitCostsPages = maxUnitCosts / unitCostsPage
)

// CalculationTypes returns the documented values of UnitCost.CalculationType.
func CalculationTypes() []string {
	return []string{"unit_cost", "gross_margin", "usage_unit_cost", "raw_business_metric"}
}

// UnitCostsRequest selects unit costs of a cost report. Empty fields are omitted from the request.
type UnitCostsRequest struct {
	// CostReportToken names the report. Required.
	CostReportToken string
	// StartDate and EndDate, both inclusive, are ISO 8601. The API defaults to the report's dates.
	StartDate, EndDate string
	// DateBin is one of DateBins. The API defaults to the report's, or day.
	DateBin string
}

// ListUnitCosts reads all pages of GET /v2/unit_costs and returns the rows ascending by date, then by metric token.
// The URL of a next page in a response only tells that the page exists; it is never requested. Beyond 100,000 rows or
// 100 pages, ListUnitCosts returns an error of kind TooMany.
func (c *Client) ListUnitCosts(ctx context.Context, r UnitCostsRequest) ([]UnitCost, error) {
	started := time.Now()
	var rows []UnitCost
	for page, more := 1, true; more; page++ {
		decode := func(resp *http.Response) (err error) {
			var next []UnitCost
			next, more, err = c.decodeUnitCosts(resp)
			if len(next) > 0 && slices.Contains(rows, next[0]) || err == nil && more && len(next) == 0 {
				err = &Error{Kind: Malformed, Err: fmt.Errorf("page %d of the unit costs is empty or repeats rows", page)}
			}
			rows = append(rows, next...)
			return err
		}
		query := r.query(page)
		failure := c.do(ctx, call{method: http.MethodGet, path: "v2/unit_costs", query: query, decode: decode})
		if failure != nil {
			failure.Measure(ctx, started) // since the first page
			return nil, failure
		}
		if len(rows) > maxUnitCosts || more && page == maxUnitCostsPages {
			return nil, &Error{Kind: TooMany, Err: fmt.Errorf(
				"the report has more than %d unit costs in the date range", maxUnitCosts)}
		}
	}
	slices.SortStableFunc(rows, func(a, b UnitCost) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.BusinessMetricToken, b.BusinessMetricToken))
	})
	return rows, nil
}

func (r UnitCostsRequest) query(page int) url.Values {
	query := url.Values{}
	for name, value := range map[string]string{
		"cost_report_token": r.CostReportToken,
		"start_date":        r.StartDate,
		"end_date":          r.EndDate,
		"date_bin":          r.DateBin,
		"order":             "asc",
		"limit":             strconv.Itoa(unitCostsPage),
		"page":              strconv.Itoa(page),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// decodeUnitCosts decodes a page and reports whether a next page exists. Without links, a full page may have one.
func (c *Client) decodeUnitCosts(resp *http.Response) (rows []UnitCost, more bool, err error) {
	raw, err := io.ReadAll(resp.Body)
	if err != nil || !json.Valid(raw) {
		return nil, false, cmp.Or(err, errors.New("the response is not JSON"))
	}
	var page struct {
		Links     *struct{ Next string }
		UnitCosts []UnitCost `json:"unit_costs"`
	}
	err = json.Unmarshal(raw, &page)
	if err == nil && page.UnitCosts == nil {
		err = errors.New("the list unit_costs is missing")
	}
	for i, row := range page.UnitCosts {
		if err == nil && (row.BusinessMetricToken == "" || row.Date == "") {
			err = fmt.Errorf("business_metric_token or date is missing in row %d", i+1)
		}
	}
	if err != nil {
		return nil, false, &Error{Kind: Malformed, Err: fmt.Errorf("malformed unit costs: %s", c.redact.Text(err.Error()))}
	}
	more = len(page.UnitCosts) == unitCostsPage
	if page.Links != nil {
		more = page.Links.Next != ""
	}
	return page.UnitCosts, more, nil
}
