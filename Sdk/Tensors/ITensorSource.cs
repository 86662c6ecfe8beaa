namespace Steering.Tensors;

/// <summary>Named tensors in a file, whatever the container.</summary>
internal interface ITensorSource : IDisposable
{
    string Path { get; }

    IReadOnlyCollection<string> Names { get; }

    bool Contains(string name);

    TensorInfo Describe(string name);

    float[] ReadFloat32(string name);

    long[] ReadInt64(string name);
}
