using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.Sockets;

namespace Steering.Decoding;

/// <summary>
/// Binds the sites of a model to a GenAI generator. GenAI takes extra inputs once, before the first token, and drops
/// unknown names silently, so every input of every site is bound here, by the manifest's names, and never later.
/// </summary>
internal sealed class SocketBinding : IDisposable
{
    private readonly List<Tensor> _tensors = [];

    public SocketBinding(ModelGenerator generator, IReadOnlyList<SiteBuffers> sites, int hiddenSize)
    {
        try
        {
            foreach (var site in sites)
            {
                Bind(generator, site, hiddenSize);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor.Dispose();
        }
    }

    private void Bind(ModelGenerator generator, SiteBuffers site, int hiddenSize)
    {
        var name = site.Site;
        Bind(generator, SocketLayout.Read(name), site.Read.Address, [site.Rows, hiddenSize]);
        Bind(generator, SocketLayout.Write(name), site.Write.Address, [site.Rows, hiddenSize]);
        Bind(generator, SocketLayout.Dials(name), site.Dials.Address, [1, 1, SocketLayout.DialCount * site.Rows]);
        Bind(generator, SocketLayout.GateRow(name), site.GateRow.Address, [site.Rows], ElementType.int64);
        Bind(generator, SocketLayout.Scale(name), site.Scale.Address, [site.Scale.Length > 0 ? SocketLayout.ScaleRows : 0, site.Rows]);
        Bind(generator, SocketLayout.Attenuation(name), site.Attenuation.Address, [1, site.AttenuationRows, site.Rows]);
        Bind(generator, SocketLayout.Encoder(name), site.EncoderAddress, [site.EncoderLatents, hiddenSize]);
        Bind(generator, SocketLayout.EncoderBias(name), site.EncoderBiasAddress, [site.EncoderLatents]);
        Bind(generator, SocketLayout.EncoderRank(name), site.EncoderRank.Address, [1], ElementType.int64);
    }

    private void Bind(ModelGenerator generator, string name, nint address, long[] shape, ElementType type = ElementType.float32)
    {
        var tensor = new Tensor(address, shape, type);
        _tensors.Add(tensor);
        generator.SetModelInput(name, tensor);
    }
}
