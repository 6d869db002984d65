package vantage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// unitCostsPage is how many rows one request asks for; the API gives no more.
	unitCostsPage = 1000
	// maxUnitCosts is how many rows are read of one report, in all its pages.
	maxUnitCosts = 100_000
	// maxUnitCostsPages is how many pages these are. A server that sends less at a time than is asked for has no end.
	maxUnitCostsPages = maxUnitCosts / unitCostsPage
	// maxUnitCostsBytes bounds all pages together: 670 bytes a row, where some 300 are usual.
	maxUnitCostsBytes = 64 << 20
)

// TooMany means that there is more than is read.
const TooMany ErrorKind = "too many"

// UnitCostsRequest asks for the unit costs of a cost report. Empty fields are left out of the request.
type UnitCostsRequest struct {
	// CostReportToken names the report. Required.
	CostReportToken string
	// StartDate and EndDate, both included, are ISO 8601. Default: the report's own.
	StartDate, EndDate string
	// DateBin is one of DateBins. Default: the report's own, or day.
	DateBin string
	// BusinessMetricToken keeps the rows of one metric. The API has no such filter: all rows are read.
	BusinessMetricToken string
}

// UnitCost is one row: what one metric costs on one date.
type UnitCost struct {
	BusinessMetricToken string `json:"business_metric_token"`
	BusinessMetricTitle string `json:"business_metric_title"`
	// CalculationType is the server's word, empty where it has none.
	CalculationType string `json:"calculation_type"`
	// The amounts and the scale are empty where the server has none, as for a cost divided by zero.
	UnitCostAmount       Decimal `json:"unit_cost_amount"`
	BusinessMetricAmount Decimal `json:"business_metric_amount"`
	Scale                Decimal `json:"scale"`
	// Date is a date such as 2025-03-01. A time, which bins of an hour may need, is kept as the server writes it.
	Date Date `json:"date"`
}

// Decimal is a decimal number with all the digits that the server wrote, or empty.
type Decimal string

// decimalForm bounds the digits too: to 150, which numbers of 512 bits, as Terraform has them, can tell apart.
var decimalForm = regexp.MustCompile(`^[+-]?[0-9]{1,75}(\.[0-9]{1,75})?([eE][+-]?[0-9]{1,2})?$`)

// UnmarshalJSON implements json.Unmarshaler. The API documents amounts as strings, and the scale both ways.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		*d = ""
		return nil
	}
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	if !decimalForm.MatchString(text) {
		return fmt.Errorf("%q is not a decimal number of up to 75 digits on each side of the point", text)
	}
	*d = Decimal(text)
	return nil
}

// Date is a date without a zone, or a time as the server writes it.
type Date string

// UnmarshalJSON implements json.Unmarshaler. The API shows dates both with a zone and without: 2023-09-05+00:00.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("a date has to be a string")
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02Z07:00"} {
		if day, err := time.Parse(layout, text); err == nil {
			*d = Date(day.Format(time.DateOnly))
			return nil
		}
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return fmt.Errorf("%q is not a date such as 2025-03-01", text)
	}
	*d = Date(text)
	return nil
}

// ListUnitCosts reads all pages of the unit costs of a report, with GET /v2/unit_costs, and returns them ascending by
// date, those of one date by the tokens of their metrics. The pages are counted: the URLs in the answers say that there
// are more, and are never called. It ends with an error of kind TooMany beyond 100,000 rows or 64 MiB.
func (c *Client) ListUnitCosts(ctx context.Context, r UnitCostsRequest) ([]UnitCost, error) {
	started := time.Now()
	list := unitCostList{only: r.BusinessMetricToken, pages: map[[sha256.Size]byte]int{}, redact: c.redact}
	for !list.complete {
		page := call{method: http.MethodGet, path: "v2/unit_costs", query: r.query(list.page + 1), decode: list.take}
		if err := c.do(ctx, page); err != nil {
			e := asError(err)
			e.Waited = time.Since(started) // for all pages
			return nil, e
		}
	}
	slices.SortStableFunc(list.rows, func(a, b UnitCost) int {
		if a.Date != b.Date {
			return strings.Compare(string(a.Date), string(b.Date))
		}
		return strings.Compare(a.BusinessMetricToken, b.BusinessMetricToken)
	})
	return list.rows, nil
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
