@org.jspecify.annotations.NullMarked
package dev.leat.readback;
