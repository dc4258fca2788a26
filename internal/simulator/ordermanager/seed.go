// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Warehouses and channels that Seed makes.
const (
	EastDC    = 101
	WestDC    = 102
	BackRoom  = 103
	EastName  = "East DC"
	WestName  = "West DC"
	RoomName  = "Back Room"
	Amazon    = 11
	Shop      = 12
	Wholesale = 13
	Market    = 14
)

// SeedOptions say what Seed makes. The same options on a fresh server make the same state.
type SeedOptions struct {
	// Seed of the choice; any number is good.
	Seed uint64 `json:"seed"`
	// Orders is how many are made (1,000).
	Orders int `json:"orders"`
	// Products is how many are made (200); every 50th is a bundle of two others.
	Products int `json:"products"`
	// OnHand is the stock that each product starts with at the two DCs (1,000).
	OnHand int64 `json:"onHand"`
	// WaitingOnly makes every order AWAITING_3PL_EXPORT at East DC; otherwise about one in ten goes
	// elsewhere, and one in ten is held, cancelled, unpaid, unresolved or shipped.
	WaitingOnly bool `json:"waitingOnly"`
	// NoStockEvery leaves every n-th product without a stock record; 0 leaves none.
	NoStockEvery int `json:"noStockEvery"`
	// KitEvery gives every n-th order a line of a bundle more; every third of these is broken down by an
	// orderbot, and of every other of those the bundle's own item is gone. 0 gives none.
	KitEvery int `json:"kitEvery"`
}

type seeder struct {
	s       *Server
	options SeedOptions
	random  *rand.Rand
	skus    []string
	bundles []string
	start   time.Time
}

// Seed fills a server with three warehouses (two DCs of a 3PL and a back room of the merchant's own), four
// sales channels, products with stock, and synthetic orders with all the fields that a warehouse needs:
// numbers that repeat across channels, companies, third address lines, Canada and Germany, gifts, purchase
// orders, third-party billing, repeated SKUs. It may be called once.
func (s *Server) Seed(options SeedOptions) error {
	setDefault(&options.Orders, 1000)
	setDefault(&options.Products, 200)
	setDefault(&options.OnHand, 1000)
	g := &seeder{
		s: s, options: options, random: rand.New(rand.NewPCG(options.Seed, 7)),
		start: At(s.now()).Add(-14 * 24 * time.Hour),
	}
	for _, w := range []Warehouse{
		{WarehouseID: EastDC, Name: EastName, Type: ThirdPartyLogistics, TimeZone: "America/New_York"},
		{WarehouseID: WestDC, Name: WestName, Type: ThirdPartyLogistics, TimeZone: "America/Los_Angeles"},
		{WarehouseID: BackRoom, Name: RoomName, Type: DirectFulfillment, TimeZone: "America/Chicago"},
	} {
		if err := s.AddWarehouse(w); err != nil {
			return err
		}
	}
	for _, c := range []SalesChannel{
		{SalesChannelID: Amazon, Name: "Marketplace A", Type: "AMAZON"},
		{SalesChannelID: Shop, Name: "Acme Web Shop", Type: "SHOPIFY"},
		{SalesChannelID: Wholesale, Name: "Acme Wholesale", Type: "CUSTOM"},
		{SalesChannelID: Market, Name: "Marketplace W", Type: "WALMART"},
	} {
		if err := s.AddChannel(c); err != nil {
			return err
		}
	}
	if err := g.products(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range options.Orders {
		if _, err := s.addOrder(g.order(n)); err != nil {
			return err
		}
	}
	return nil
}

// products: SKU-1 is a prefix of SKU-10 on purpose.
func (g *seeder) products() error {
	for n := 1; n <= g.options.Products; n++ {
		product := Product{
			MasterSKU: fmt.Sprintf("SKU-%d", n), Name: fmt.Sprintf("Synthetic product %d", n),
			UPC: fmt.Sprintf("8%011d", n), MPN: fmt.Sprintf("MPN%d", n), Weight: float64(4 + n%40),
			CreatedDate: At(g.start),
		}
		isBundle := n%50 == 0
		if isBundle {
			product.BundledItems = []BundledItem{
				{BundledProduct: &ProductInfo{MasterSKU: fmt.Sprintf("SKU-%d", n-1)}, BundledProductQuantity: 1},
				{BundledProduct: &ProductInfo{MasterSKU: fmt.Sprintf("SKU-%d", n-2)}, BundledProductQuantity: 2},
			}
		}
		if _, err := g.s.AddProduct(product); err != nil {
			return err
		}
		if isBundle {
			g.bundles = append(g.bundles, product.MasterSKU)
			continue
		}
		g.skus = append(g.skus, product.MasterSKU)
		if g.options.NoStockEvery > 0 && n%g.options.NoStockEvery == 0 {
			continue
		}
		for _, w := range []int64{EastDC, WestDC} {
			if err := g.s.SetStock(product.MasterSKU, w, g.options.OnHand, 0); err != nil {
				return err
			}
		}
		if n%10 == 0 {
			if err := g.s.SetStockAt(product.MasterSKU, BackRoom, "A-01", g.options.OnHand/10, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *seeder) order(n int) Order {
	placed := At(g.start.Add(time.Duration(n) * 13 * 24 * time.Hour / time.Duration(max(1, g.options.Orders))))
	o := Order{
		OrderDate: placed, PaymentDate: At(placed.Add(time.Minute)), ModifiedDate: At(placed.Add(2 * time.Minute)),
		ShipByDate: At(placed.Add(21 * 24 * time.Hour)), ReceiveByDate: At(placed.Add(26 * 24 * time.Hour)),
		Source: &WarehouseInfo{WarehouseID: EastDC}, OrderStatus: StatusAwaiting3PLExport,
		RequestedService: pick(g.random, "Standard", "Ground", "2-Day", "Next Day Air", "Economy International"),
		ShipMethod:       &ShipMethod{ShippingCarrier: pick(g.random, "UPS", "FEDEX", "USPS", "DHL", "OTHER_CARRIER")},
		Confirmation:     "NO_CONFIRMATION",
	}
	g.number(&o, n)
	g.address(&o, n)
	g.lines(&o)
	g.kit(&o, n)
	g.extras(&o, n)
	g.fate(&o)
	return o
}

// number: the web shop and the wholesale channel count from the same start, so that theirs repeat.
func (g *seeder) number(o *Order, n int) {
	switch n % 4 {
	case 0:
		o.SalesChannel = &SalesChannel{SalesChannelID: Amazon}
		o.OrderNumber = fmt.Sprintf("111-%07d-%07d", g.random.IntN(10_000_000), n)
		if g.random.IntN(3) == 0 {
			o.OrderType = "PRIME"
		}
	case 1:
		o.SalesChannel = &SalesChannel{SalesChannelID: Shop}
		o.OrderNumber = fmt.Sprint(10_000 + n/4)
	case 2:
		o.SalesChannel = &SalesChannel{SalesChannelID: Wholesale}
		o.OrderNumber = fmt.Sprint(10_000 + n/4)
	default:
		o.SalesChannel = &SalesChannel{SalesChannelID: Market}
		o.OrderNumber = fmt.Sprintf("W%09d", n)
	}
}

func (g *seeder) lines(o *Order) {
	count := 1 + g.random.IntN(4)
	var total int64
	for range count {
		sku := g.skus[g.random.IntN(len(g.skus))]
		if len(o.Items) > 0 && g.random.IntN(8) == 0 {
			sku = o.Items[0].Product.MasterSKU
		}
		item := Item(sku, int32(1+g.random.IntN(3)))
		cents := int64(199 + g.random.IntN(9000))
		item.UnitPrice = cents2money(cents)
		item.Tax = cents2money(cents / 16)
		item.ListingName = "Listing of " + sku
		total += cents * int64(item.QuantityOrdered)
		o.Items = append(o.Items, item)
	}
	o.OrderItemTotal, o.ShippingCost, o.Discount = cents2money(total), cents2money(499), cents2money(0)
	o.OrderTotal, o.AmountPaid = cents2money(total+499), cents2money(total+499)
	o.Weight = float64(8 * count)
}

// kit draws nothing at random: with it and without, the rest of a seed is the same.
func (g *seeder) kit(o *Order, n int) {
	if g.options.KitEvery == 0 || len(g.bundles) == 0 || (n+1)%g.options.KitEvery != 0 {
		return
	}
	nth := (n + 1) / g.options.KitEvery
	sku := g.bundles[nth%len(g.bundles)]
	bundle := g.s.products[g.s.bySKU[sku]]
	item := Item(sku, int32(1+nth%3))
	item.Product = bundle.info()
	item.ListingName, item.UnitPrice, item.Tax = "Listing of "+sku, cents2money(2500), cents2money(150)
	o.Items = append(o.Items, item)
	if nth%3 == 0 {
		o.Items = g.s.brokenDown(o.Items, bundle, nth%2 == 0)
	}
}

func cents2money(cents int64) *Money {
	return &Money{Amount: jsonNumber(fmt.Sprintf("%d.%02d", cents/100, cents%100)), Currency: "USD"}
}

func (g *seeder) extras(o *Order, n int) {
	if g.random.IntN(12) == 0 {
		o.Gift, o.GiftMessage = true, "Happy test day!\nFrom the simulator"
	}
	if o.SalesChannel.SalesChannelID == Wholesale {
		for k := range o.Items {
			o.Items[k].POItemNumber = fmt.Sprintf("%05d", (k+1)*10)
		}
		o.CustomField1 = fmt.Sprintf("PO-%06d", n)
		o.Confirmation = "SIGNATURE_CONFIRMATION"
		if g.random.IntN(2) == 0 {
			o.BillingOption = "BILL_SHIPPING_TO_THIRD_PARTY"
			o.Billing = &ShipBilling{AccountNumber: fmt.Sprintf("ACC%06d", n), BillingZipCode: "07081", Country: "USA"}
		}
	}
	if g.random.IntN(25) == 0 {
		o.SaturdayDelivery = true
	}
	if g.random.IntN(15) == 0 {
		o.NotesFromBuyer = "Please ring twice."
	}
	if g.random.IntN(20) == 0 {
		o.InternalNotes = "Checked by the synthetic back office."
	}
	if g.random.IntN(30) == 0 {
		o.InsuredValue, o.Insurance = o.OrderTotal, "CARRIER_INSURANCE"
	}
}

// fate decides where an order goes and how far it has come.
func (g *seeder) fate(o *Order) {
	if g.s.options.UnknownValues && g.random.IntN(40) == 0 {
		o.OrderType = UnknownType
	}
	if g.options.WaitingOnly {
		return
	}
	if g.random.IntN(10) == 0 {
		o.Source.WarehouseID = WestDC
	}
	switch g.random.IntN(50) {
	case 0:
		o.OrderStatus = StatusOnHold
	case 1:
		o.OrderStatus, o.CancelReason = StatusCancelled, &CancelReason{Type: "BUYER_CANCELLED"}
	case 2:
		o.OrderStatus, o.PaymentDate = StatusAwaitingPayment, Time{}
	case 3:
		o.OrderStatus, o.UnresolvedStatus, o.Source = StatusUnresolved, "MISSING_FULFILLMENT_SOURCE", nil
	case 4:
		o.OrderStatus, o.ShipDate = StatusShipped, At(o.OrderDate.Add(time.Hour))
	case 5:
		o.OrderStatus, o.Source.WarehouseID = StatusAwaitingShipment, BackRoom
	case 6:
		if g.s.options.UnknownValues {
			o.OrderStatus = UnknownStatus
		}
	}
}

func pick[T any](random *rand.Rand, values ...T) T { return values[random.IntN(len(values))] }
