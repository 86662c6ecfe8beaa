using System.Globalization;

namespace Steering.Tests.Sdk.Saes;

/// <summary>Every autoencoder folder of the oracles. Tolerance: 1e-4 of the largest expected magnitude.</summary>
[TestClass]
public class SaeOracleTests
{
    private const double Tolerance = 1e-4;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void EncodeAndDecode_OnEveryOracleFolder_AgreeWithTheReference()
    {
        var failures = new List<string>();
        foreach (var oracle in SaeCase.All())
        {
            var encoded = new float[oracle.Activations.Length];
            oracle.Autoencoder.Encode(oracle.X, oracle.Tokens, encoded);
            var decoded = new float[oracle.X.Length];
            oracle.Autoencoder.Decode(oracle.Activations, oracle.X, oracle.Tokens, decoded);
            var roundTrip = new float[oracle.X.Length];
            oracle.Autoencoder.Decode(encoded, oracle.X, oracle.Tokens, roundTrip);

            var encodeError = Numbers.RelativeError(oracle.Activations, encoded);
            var decodeError = Numbers.RelativeError(oracle.Reconstruction, decoded);
            var tripError = Numbers.RelativeError(oracle.Reconstruction, roundTrip);
            var line = string.Create(CultureInfo.InvariantCulture, $"{oracle.Name,-50} encode {encodeError:E1}  decode {decodeError:E1}  both {tripError:E1}  L0 {encoded.Count(value => value != 0) / (double)oracle.Tokens:F1}");
            TestContext.WriteLine(line);
            if (encodeError > Tolerance || decodeError > Tolerance || tripError > Tolerance)
            {
                failures.Add(line);
            }
        }

        Assert.IsEmpty(failures, string.Join(Environment.NewLine, failures));
    }

    [TestMethod]
    public void EncodeSparse_OnEveryOracleFolder_HoldsExactlyTheActiveLatentsOfTheReference()
    {
        foreach (var oracle in SaeCase.All())
        {
            var sparse = oracle.Autoencoder.EncodeSparse(oracle.X, oracle.Tokens);
            var scale = oracle.Activations.Max(Math.Abs);
            for (var token = 0; token < oracle.Tokens; token++)
            {
                var expected = oracle.Activations.AsSpan(token * oracle.Autoencoder.LatentCount, oracle.Autoencoder.LatentCount).ToArray();

                // A value within the tolerance of nothing may be on either side of a threshold of nearly 0.
                var clear = expected.Index().Where(pair => Math.Abs(pair.Item) > Tolerance * scale).Select(pair => pair.Index);
                CollectionAssert.IsSubsetOf(clear.ToArray(), sparse.Indices(token).ToArray(), $"{oracle.Name}, token {token}");
                foreach (var (index, value) in sparse.Indices(token).ToArray().Zip(sparse.Values(token).ToArray()))
                {
                    Assert.AreEqual(expected[index], value, Tolerance * scale, $"{oracle.Name}, token {token}, latent {index}");
                }
            }

            var fromSparse = new float[oracle.X.Length];
            oracle.Autoencoder.DecodeSparse(sparse, oracle.X, fromSparse);
            Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(oracle.Reconstruction, fromSparse), oracle.Name);
        }
    }
}
