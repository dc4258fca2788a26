// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/mapping"
)

// MappingShelf keeps the tables of the connections. What they are made of is
// parsed once for all connections that say the same, and again only when it
// changed. Of ConfigMaps nothing but the tables is kept.
type MappingShelf struct {
	// reader reads past the cache.
	reader client.Reader

	mutex sync.Mutex
	// tables by what they were made of, and the latest of each connection.
	tables map[string]*mapping.Tables
	latest map[types.UID]string
}

// NewMappingShelf returns an empty shelf. The reader must not be a cache.
func NewMappingShelf(reader client.Reader) *MappingShelf {
	return &MappingShelf{reader: reader, tables: map[string]*mapping.Tables{}, latest: map[types.UID]string{}}
}

// mappings are the tables of a connection, and who changed what they are made of when.
type mappings struct {
	tables *mapping.Tables
	fields []metav1.ManagedFieldsEntry
}

// changedSince reports whether anybody wrote to one of the ConfigMaps at or
// after a time.
func (m mappings) changedSince(since time.Time) bool {
	return slices.ContainsFunc(m.fields, func(field metav1.ManagedFieldsEntry) bool {
		return field.Time != nil && !field.Time.Time.Before(since)
	})
}

// of returns the mappings of a connection. Versions are asked for at a reader;
// one that is a cache may lag behind, and is enough to say what status says.
func (s *MappingShelf) of(ctx context.Context, versions client.Reader, connection *v1alpha1.OrderManagerConnection) (mappings, error) {
	spec := connection.Spec.Mappings
	if spec == nil {
		s.forget(connection.UID)
		return mappings{}, nil
	}
	inline, err := json.Marshal(spec)
	if err != nil {
		return mappings{}, err
	}
	made := []string{string(inline)}
	var fields []metav1.ManagedFieldsEntry
	for _, ref := range spec.ConfigMapRefs {
		found, err := s.metadata(ctx, versions, connection.Namespace, ref.Name)
		if err != nil {
			return mappings{}, err
		}
		if found == nil {
			found = &metav1.PartialObjectMetadata{}
		}
		made = append(made, versionOf(ref.Name, found))
		fields = append(fields, found.GetManagedFields()...)
	}
	if tables := s.kept(connection.UID, digest(made...)); tables != nil {
		return mappings{tables: tables, fields: fields}, nil
	}
	tables, err := s.build(ctx, connection, string(inline))
	return mappings{tables: tables, fields: fields}, err
}

// metadata returns what a ConfigMap is, without what it holds; nil when there
// is none. One that a cache does not show may lack the label.
func (s *MappingShelf) metadata(ctx context.Context, versions client.Reader, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	key := types.NamespacedName{Namespace: namespace, Name: name}
	for _, reader := range []client.Reader{versions, s.reader} {
		found := &metav1.PartialObjectMetadata{}
		found.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ConfigMap"))
		if err := reader.Get(ctx, key, found); err == nil {
			return found, nil
		} else if client.IgnoreNotFound(err) != nil {
			return nil, err
		}
	}
	return nil, nil
}

// versionOf changes when a ConfigMap does. One that is not there has a version too.
func versionOf(name string, object metav1.Object) string {
	if object.GetLabels()[v1alpha1.MappingLabel] != "true" {
		return fmt.Sprintf("%s %s unlabelled", name, object.GetUID())
	}
	return fmt.Sprintf("%s %s %s", name, object.GetUID(), object.GetResourceVersion())
}

// build reads the ConfigMaps and makes the tables.
func (s *MappingShelf) build(ctx context.Context, connection *v1alpha1.OrderManagerConnection, inline string) (*mapping.Tables, error) {
	spec := connection.Spec.Mappings
	builder := mapping.NewBuilder(assembly.ShippingCarrier)
	for i, row := range spec.ShipMethods.Rows {
		builder.Row(mapping.ShipMethods, "spec.mappings.shipMethods.rows", i, row.Service, row.Channel, row.Carrier, row.Mode, row.SCAC)
	}
	for i, row := range spec.Carriers.Rows {
		builder.Row(mapping.Carriers, "spec.mappings.carriers.rows", i, row.WarehouseCarrier, row.ShippingCarrier)
	}
	for i, row := range spec.SKUAliases {
		builder.Row(mapping.SKUAliases, "spec.mappings.skuAliases", i, row.MasterSKU, row.WarehouseSKU)
	}
	made := []string{inline}
	for _, ref := range spec.ConfigMapRefs {
		object := &corev1.ConfigMap{}
		err := s.reader.Get(ctx, types.NamespacedName{Namespace: connection.Namespace, Name: ref.Name}, object)
		switch {
		case client.IgnoreNotFound(err) != nil:
			return nil, err
		case err != nil:
			builder.Unreadable(ref.Name, "it does not exist in this namespace")
		case object.Labels[v1alpha1.MappingLabel] != "true":
			builder.Unreadable(ref.Name, `it lacks the label `+v1alpha1.MappingLabel+`: "true"`)
		default:
			builder.ConfigMap(ref.Name, dataOf(object))
		}
		made = append(made, versionOf(ref.Name, object))
	}
	return s.keep(connection.UID, digest(made...), builder.Build()), nil
}

func dataOf(object *corev1.ConfigMap) map[string][]byte {
	data := make(map[string][]byte, len(object.Data)+len(object.BinaryData))
	maps.Copy(data, object.BinaryData)
	for key, value := range object.Data {
		data[key] = []byte(value)
	}
	return data
}

// kept returns the tables that were made of the same, nil when there are none.
func (s *MappingShelf) kept(connection types.UID, made string) *mapping.Tables {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	tables := s.tables[made]
	if tables != nil && s.latest[connection] != made {
		s.latest[connection] = made
		s.sweep()
	}
	return tables
}

// keep keeps tables, or returns those of another that were made of the same.
func (s *MappingShelf) keep(connection types.UID, made string, tables *mapping.Tables) *mapping.Tables {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if there := s.tables[made]; there != nil {
		tables = there
	}
	s.tables[made] = tables
	s.latest[connection] = made
	s.sweep()
	return tables
}

// forget drops what is kept for a connection.
func (s *MappingShelf) forget(connection types.UID) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, ok := s.latest[connection]; ok {
		delete(s.latest, connection)
		s.sweep()
	}
}

// sweep drops the tables that are nobody's.
func (s *MappingShelf) sweep() {
	wanted := make(map[string]bool, len(s.latest))
	for _, made := range s.latest {
		wanted[made] = true
	}
	maps.DeleteFunc(s.tables, func(made string, _ *mapping.Tables) bool { return !wanted[made] })
}
