using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Sockets;

namespace Steering.Export.Cuts;

/// <summary>Takes sockets out of a graph: every edit is replaced by the stream that it would have changed.</summary>
internal static class SocketRemoval
{
    private const string Prefix = "steering.";

    /// <summary>Removes the sockets of a graph in place. What only served them is left without readers and goes with the next pruning.</summary>
    /// <exception cref="SteeringException">A socket is not built as <see cref="SocketGraft"/> builds it.</exception>
    public static void Apply(GraphProto graph)
    {
        if (!graph.Input.Any(input => input.Name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            return;
        }

        var idle = graph.Node.Where(IsSocket).ToDictionary(node => node.Output[0], Unedited, StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            for (var input = 0; input < node.Input.Count; input++)
            {
                node.Input[input] = idle.GetValueOrDefault(node.Input[input], node.Input[input]);
            }
        }

        Remove(graph.Input);
        Remove(graph.Output);
    }

    private static bool IsSocket(NodeProto node) =>
        string.Equals(node.OpType, "If", StringComparison.Ordinal)
        && node.Output.Any(output => output.StartsWith(Prefix, StringComparison.Ordinal) && output.EndsWith(SocketLayout.Activations(string.Empty)[Prefix.Length..], StringComparison.Ordinal));

    private static string Unedited(NodeProto socket)
    {
        var branch = socket.Attribute.FirstOrDefault(attribute => string.Equals(attribute.Name, "else_branch", StringComparison.Ordinal))?.G;
        var result = branch?.Output.FirstOrDefault()?.Name;
        var source = branch?.Node.FirstOrDefault(node => node.Output.Contains(result ?? string.Empty));
        return source is { OpType: "Identity", Input.Count: 1 }
            ? source.Input[0]
            : throw new SteeringException($"The socket {GraphOperators.Describe(socket)} does not pass the stream on when it is idle, so it cannot be taken out. Use the model folder that it was made from, or socket that again with 'steer socket'.");
    }

    private static void Remove(Google.Protobuf.Collections.RepeatedField<ValueInfoProto> values)
    {
        for (var value = values.Count - 1; value >= 0; value--)
        {
            if (values[value].Name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                values.RemoveAt(value);
            }
        }
    }
}
