namespace Steering.Tests.Export.Sockets;

/// <summary>Sizes of a test decoder.</summary>
internal sealed record DecoderShape
{
    public int Blocks { get; init; } = 3;

    public int Hidden { get; init; } = 64;

    public int Heads { get; init; } = 4;

    public int KeyHeads { get; init; } = 2;

    public int HeadSize { get; init; } = 16;

    public int Intermediate { get; init; } = 96;

    public int Vocabulary { get; init; } = 97;

    public int Context { get; init; } = 64;

    public int Opset { get; init; } = 21;

    public GraphPrecision Precision { get; init; } = GraphPrecision.Float32;

    public NormForm Norm { get; init; } = NormForm.FusedSkip;

    /// <summary>A vector added to the output of one block's MLP: a second, independent way to move the stream there.</summary>
    public (int Block, float[] Shift)? Shift { get; init; }
}
