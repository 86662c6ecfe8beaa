namespace Steering.Tests.Export.Sockets;

/// <summary>How the blocks of a <see cref="ClassicGraph"/> write to the stream.</summary>
internal enum BlockForm
{
    /// <summary>Attention, then MLP, as in GPT-2.</summary>
    Sequential,

    /// <summary>x + (attention + MLP), as in GPT-NeoX.</summary>
    ParallelSum,

    /// <summary>(x + attention) + MLP, both read from x.</summary>
    ParallelChain,

    /// <summary>The norm behind the addition, as in the first Transformer: there is no stream that bypasses it.</summary>
    PostNorm,
}
