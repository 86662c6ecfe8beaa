namespace Steering.Tests.Export.Sockets;

/// <summary>Precision of a test graph, as Microsoft's model builder offers it.</summary>
internal enum GraphPrecision
{
    Float32,
    Float16,
    Int4,
}
